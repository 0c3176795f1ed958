"""Asks the limited process to merge pieces, and to divide and encrypt bundles. Here, no byte of a paper is parsed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from pipeline.attachments.messages import LIMITS
from pipeline.bundle.merge_messages import (
    FINISHED,
    MERGED,
    Finished,
    FinishRequest,
    Merged,
    MergeFailure,
    MergeRequest,
)
from pipeline.system.limited_client import LIMITED, CallFailedError
from pipeline.system.limited_process import ProcessLimits

_MERGE = "pipeline.bundle.merge_task:answer_merge"
_FINISH = "pipeline.bundle.merge_task:answer_finish"
#: Processor time: for the program itself, for each paper, and for each megabyte.
_SECONDS, _SECONDS_A_PAPER, _SECONDS_A_MEGABYTE = 20, 10, 0.5
#: Address space: as much as reading a paper, as its pictures are decoded again; of the libraries; and for each byte,
#: which is in memory as read, parsed, written and packed.
_MEMORY, _MEMORY_A_BYTE = LIMITS.most_memory_bytes + 100_000_000, 8

Answer = TypeVar("Answer")


class MergeError(Exception):
    """The limited process merged nothing."""

    def __init__(self, failure: MergeFailure) -> None:
        super().__init__(failure.key)
        self.failure = failure


def prepare_merge() -> None:
    """Have the limited process load what merging needs. Does not wait."""
    LIMITED.prepare(_MERGE)


def merge_limited(requests: Sequence[MergeRequest]) -> list[Merged]:
    """Merge the pieces of each request. All are of one case, so one fork does it.

    Raises MergeError, which names the supplied paper that is at fault if it can be found.
    """
    if len(requests) > 1:
        with suppress(MergeError):  # each is merged alone then, to find the one at fault
            return _ask_to_merge(requests)
    return [_merge_alone(request) for request in requests]


def _merge_alone(request: MergeRequest) -> Merged:
    try:
        return _ask_to_merge([request])[0]
    except MergeError as error:
        if error.failure.piece is not None:
            raise
        for paper in (piece for piece in request.pieces if not piece.is_generated):
            try:
                _ask_to_merge([replace(request, pieces=(replace(paper, page=1),))])
            except MergeError as alone:
                raise MergeError(replace(alone.failure, piece=paper.id)) from None
        raise


def finish_limited(request: FinishRequest) -> Finished:
    """Divide and encrypt a bundle. Raises MergeError."""
    return _ask(_FINISH, [request], FINISHED, (len(request.pdf), 0))[0]


def limits_for(size: int, papers: int) -> ProcessLimits:
    """Return the limits for work on so many bytes of PDF, with so many supplied papers."""
    seconds = _SECONDS + papers * _SECONDS_A_PAPER + round(size / 1_000_000 * _SECONDS_A_MEGABYTE)
    return ProcessLimits(seconds, 3.0 * seconds, _MEMORY + _MEMORY_A_BYTE * size)


def _ask_to_merge(requests: Sequence[MergeRequest]) -> list[Merged]:
    pieces = [piece for request in requests for piece in request.pieces]
    papers = sum(not piece.is_generated for piece in pieces)
    return _ask(_MERGE, requests, MERGED, (sum(len(piece.pdf) for piece in pieces), papers))


def _ask(
    function: str,
    requests: Sequence[MergeRequest | FinishRequest],
    decoder: msgspec.msgpack.Decoder[Answer | MergeFailure],
    work: tuple[int, int],
) -> list[Answer]:
    """Call a function of the limited process. ``work`` is the number of bytes of PDF, and of supplied papers."""
    try:
        results = LIMITED.call_for_all(function, map(msgspec.msgpack.encode, requests), limits_for(*work))
        answers = [decoder.decode(result) for result in results]
    except CallFailedError as error:
        if error.seconds is None:
            raise MergeError(MergeFailure("attachment-broke/merge")) from None
        failure = MergeFailure("attachment-time/merge", parts={"seconds": f"{error.seconds:g}"})
        raise MergeError(failure) from None
    except msgspec.MsgspecError:
        raise MergeError(MergeFailure("attachment-broke/merge")) from None
    for answer in answers:
        if isinstance(answer, MergeFailure):
            raise MergeError(answer)
    return [answer for answer in answers if not isinstance(answer, MergeFailure)]
