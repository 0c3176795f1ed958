"""The signatures of a packet's bundles: their signers, and whether they are still valid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pipeline.errors import Problem, load_extra
from pipeline.publish.manifest import Manifest
from pipeline.publish.verify.before_signing import grown_bundles
from pipeline.publish.verify.difference import difference

if TYPE_CHECKING:  # pyhanko is optional
    from pipeline.publish.signing.signature_check import Signature

_ASK_SIGNERS = "ask the signers for the bundle as they signed it"
_ASK_ISSUER = "ask the signer for the certificate of the issuer, and give it with --trust"


def read_signatures(files: Mapping[str, bytes], manifest: Manifest, roots: bytes | None) -> dict[str, list[Signature]]:
    """Return the signatures of each bundle that has grown since the build: an empty list if it cannot be read.

    ``roots`` are trusted certificates (PEM or DER). Raises InputError if the extra [sign] is missing.
    """
    paths = grown_bundles(files, manifest)
    if not paths and roots is None:
        return {}
    load_extra("pyhanko", "sign", "verifying signatures")
    from pipeline.publish.signing.signature_check import load_roots, signatures_in  # noqa: PLC0415 - as above

    trusted = load_roots(roots) if roots is not None else []
    signatures = {}
    for path in paths:
        try:
            signatures[path] = signatures_in(files[path], trusted)
        except ValueError:
            signatures[path] = []
    return signatures


def signature_differences(signatures: Mapping[str, list[Signature]]) -> Iterator[Problem]:
    """Yield invalid and untrusted signatures, and bundles that were extended without one."""
    for path, signed in signatures.items():
        if not any(signature.is_last for signature in signed):
            yield difference("verify-added", f"something was added to {path} without a signature", _ASK_SIGNERS)
        for signature in signed:
            if not signature.is_valid:
                message = f"{path} was changed after it was signed in {signature.field}"
                yield difference("verify-signature", message, _ASK_SIGNERS)
            elif signature.is_trusted is False:
                message = f"none of the trusted certificates certifies the signer of {signature.field} in {path}"
                yield difference("verify-signer", message, _ASK_ISSUER)
