"""The signatures of a packet's bundles: their signers, and whether they are still valid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec

from pipeline.errors import InputError, Problem, load_extra
from pipeline.publish.manifest import Manifest
from pipeline.publish.published_files import grown_bundles
from pipeline.publish.signing.signing_client import signatures_limited
from pipeline.publish.signing.signing_messages import Signature, SignatureRequest
from pipeline.publish.verify.difference import difference

_ASK_SIGNERS = "ask the signers for the bundle as they signed it; if nobody signed it, build the packet with --force"
_ASK_ISSUER = "ask the signer for the certificate of the issuer, and give it with --trust"


def check_roots(roots: bytes | None) -> None:
    """Raise InputError if ``roots`` contain no certificate. Without the extra [sign], nothing can be signed by them."""
    if roots is None or find_spec("pyhanko") is None:
        return
    from pipeline.publish.signing.signature_check import load_roots  # noqa: PLC0415 - its library is optional

    load_roots(roots)


def read_signatures(
    files: Mapping[str, bytes], manifest: Manifest, roots: bytes | None
) -> dict[str, list[Signature] | Problem]:
    """Return the signatures of each bundle that has grown since the build, or why they cannot be checked.

    ``roots`` are trusted certificates (PEM or DER).
    """
    return {path: _signatures(path, files[path], roots) for path in grown_bundles(files, manifest)}


def _signatures(path: str, bundle: bytes, roots: bytes | None) -> list[Signature] | Problem:
    try:
        load_extra("pyhanko", "sign", "verifying signatures")
    except InputError as error:
        message = f"something was added to {path}, and a library that checks signatures is not installed: pyhanko"
        return difference("verify-added", message, error.problems[0].hint)
    return signatures_limited(SignatureRequest(bundle, roots))


def signature_differences(signatures: Mapping[str, list[Signature] | Problem]) -> Iterator[Problem]:
    """Yield invalid and untrusted signatures, and bundles that were extended without one."""
    for path, signed in signatures.items():
        if isinstance(signed, Problem):
            yield signed
            continue
        if not any(signature.is_last for signature in signed):
            yield difference("verify-added", f"something was added to {path} without a signature", _ASK_SIGNERS)
        for signature in signed:
            if not signature.is_valid:
                message = f"{path} was changed after it was signed in {signature.field}"
                yield difference("verify-signature", message, _ASK_SIGNERS)
            elif signature.is_trusted is False:
                message = f"none of the trusted certificates certifies the signer of {signature.field} in {path}"
                yield difference("verify-signer", message, _ASK_ISSUER)
