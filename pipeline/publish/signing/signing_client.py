"""Asks the limited process to sign a bundle, and to check its signatures. Here, no byte of a bundle is parsed."""

from __future__ import annotations

import msgspec

from pipeline.errors import InputError, Problem
from pipeline.publish.signing.signing_messages import Signature, SignatureRequest, Signed, SignRefusal, SignRequest
from pipeline.system.limited_client import LIMITED, CallFailedError
from pipeline.system.limited_process import ProcessLimits

_SIGN = "pipeline.publish.signing.signing_task:answer_sign"
_SIGNATURES = "pipeline.publish.signing.signing_task:answer_signatures"
_SIGNED: msgspec.msgpack.Decoder[Signed | SignRefusal] = msgspec.msgpack.Decoder(Signed | SignRefusal)
_READ = msgspec.msgpack.Decoder(list[Signature])
#: Processor time, time on the clock, and address space: for the libraries, and for each byte of the bundle.
_SECONDS, _WALL_SECONDS = 60, 120.0
_MEMORY, _MEMORY_A_BYTE = 800_000_000, 16


def sign_limited(request: SignRequest) -> Signed:
    """Sign a bundle. Raises InputError if it cannot be signed."""
    try:
        answer = _SIGNED.decode(_call(_SIGN, request))
    except (CallFailedError, msgspec.MsgspecError):
        message, hint = "signing the file broke the process that does it", "give a bundle.pdf that visa-packet built"
        answer = SignRefusal("sign-bundle", message, hint)
    if isinstance(answer, SignRefusal):
        raise InputError(Problem(answer.code, "error", answer.message, answer.hint, answer.file))
    return answer


def signatures_limited(request: SignatureRequest) -> list[Signature]:
    """Return the signatures of a bundle, the oldest first: none if they cannot be read."""
    try:
        return _READ.decode(_call(_SIGNATURES, request))
    except (CallFailedError, msgspec.MsgspecError):
        return []


def _call(function: str, request: SignRequest | SignatureRequest) -> bytes:
    limits = ProcessLimits(_SECONDS, _WALL_SECONDS, _MEMORY + _MEMORY_A_BYTE * len(request.bundle))
    return LIMITED.call(function, msgspec.msgpack.encode(request), limits)
