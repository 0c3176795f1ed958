"""The signatures of a packet's bundles: who signed what, and whether it is still the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pipeline.errors import Problem, load_extra
from pipeline.publish.manifest import Manifest
from pipeline.publish.verify.before_signing import added_to
from pipeline.publish.verify.difference import difference

if TYPE_CHECKING:  # its libraries are installed only by those who sign
    from pipeline.publish.signing.signature_check import Signature

_ASK_AGAIN = "ask whoever signed it for the bundle as they signed it"
_WHO = "ask who signed it, and give --trust the certificates of those who certify them"


def signatures_of(files: Mapping[str, bytes], manifest: Manifest, roots: bytes | None) -> dict[str, list[Signature]]:
    """The signatures of each bundle to which something was added; none where it cannot be read.

    ``roots`` are certificates (PEM or DER) of whom to trust. Raises InputError when the extra [sign] is missing.
    """
    paths = added_to(files, manifest)
    if not paths and roots is None:
        return {}
    load_extra("pyhanko", "sign", "verifying signatures")
    from pipeline.publish.signing.signature_check import load_roots, signatures_in  # noqa: PLC0415 - as above

    trusted, found = load_roots(roots) if roots is not None else [], {}
    for path in paths:
        try:
            found[path] = signatures_in(files[path], trusted)
        except ValueError:
            found[path] = []
    return found


def signature_differences(found: Mapping[str, list[Signature]], folder: str) -> Iterator[Problem]:
    """What is wrong with the signatures, or was added to a bundle and is none."""
    for path, signatures in found.items():
        if not any(signature.is_last for signature in signatures):
            yield difference("verify-added", f"something that nobody signed was added to {path}", folder, _ASK_AGAIN)
        for signature in signatures:
            if not signature.holds:
                message = f"{path} was changed after it was signed in {signature.field}"
                yield difference("verify-signature", message, folder, _ASK_AGAIN)
            elif signature.is_trusted is False:
                message = f"who signed {path} in {signature.field} is not certified by those whom you trust"
                yield difference("verify-signer", message, folder, _WHO)
