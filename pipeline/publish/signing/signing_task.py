"""Signing, and checking signatures, in the limited process: requests and answers are bytes."""

from __future__ import annotations

import msgspec

from pipeline.attachments.library_limits import limit_libraries
from pipeline.attachments.messages import LIMITS
from pipeline.errors import InputError
from pipeline.formats.pdf.encryption import is_encrypted
from pipeline.publish.signing.sign import load_signer, sign_bundle
from pipeline.publish.signing.signature_check import load_roots, signatures_in
from pipeline.publish.signing.signing_messages import Signature, SignatureRequest, Signed, SignRefusal, SignRequest

_SIGN_REQUESTS = msgspec.msgpack.Decoder(SignRequest)
_SIGNATURE_REQUESTS = msgspec.msgpack.Decoder(SignatureRequest)


def answer_sign(content: bytes) -> bytes:
    """Answer a SignRequest in this process, which does nothing else, with a Signed or a SignRefusal."""
    limit_libraries(LIMITS)
    answer: Signed | SignRefusal
    try:
        answer = _sign(_SIGN_REQUESTS.decode(content))
    except InputError as error:
        problem = error.problems[0]
        answer = SignRefusal(problem.code, problem.message, problem.hint, problem.file)
    except Exception:  # noqa: BLE001 - libraries raise anything on a damaged file
        message = "the file is not a PDF that can be signed"
        answer = SignRefusal("sign-bundle", message, "give a bundle.pdf that visa-packet built")
    return msgspec.msgpack.encode(answer)


def answer_signatures(content: bytes) -> bytes:
    """Answer a SignatureRequest in this process, which does nothing else, with the signatures that can be read."""
    limit_libraries(LIMITS)
    request = _SIGNATURE_REQUESTS.decode(content)
    signatures: list[Signature]
    try:
        signatures = signatures_in(request.bundle, load_roots(request.roots) if request.roots is not None else [])
    except Exception:  # noqa: BLE001 - as above
        signatures = []
    return msgspec.msgpack.encode(signatures)


def _sign(request: SignRequest) -> Signed | SignRefusal:
    if is_encrypted(request.bundle):
        return SignRefusal("sign-encrypted", "the bundle is encrypted", "sign it first: build it without --encrypt")
    signed, fields = sign_bundle(request.bundle, request.field, load_signer(request.p12, request.password))
    return Signed(signed, tuple(fields))
