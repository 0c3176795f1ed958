"""Asks the limited process about one attachment."""

from __future__ import annotations

import msgspec

from pipeline.attachments.messages import ANSWERS, ReaderAnswer, Refusal, Request
from pipeline.errors import UnusableError
from pipeline.system.limited_client import LIMITED, CallFailedError


class Reader:
    """Reads attachments with ``function``, which takes a Request and returns a ReaderAnswer or a Refusal, as bytes."""

    def __init__(self) -> None:
        self.function = "pipeline.attachments.reader_tasks:answer_request"

    def prepare(self) -> None:
        """Start the limited process, so that it has loaded its libraries when it is asked. Does not wait."""
        LIMITED.prepare(self.function)

    def ask(self, request: Request) -> ReaderAnswer:
        """Return the answer about one attachment. Raises UnusableError if it cannot be used."""
        try:
            content = LIMITED.call(self.function, msgspec.msgpack.encode(request), request.limits.of_process)
            answer = ANSWERS.decode(content)
        except CallFailedError as error:
            answer = _BROKEN if error.seconds is None else _too_long(error.seconds)
        except msgspec.MsgspecError:
            answer = _BROKEN
        if isinstance(answer, Refusal):
            raise UnusableError(answer.code, answer.message, answer.hint, answer.field)
        return answer


_BROKEN = Refusal("attachment-broke", "the reader process crashed on this file")


def _too_long(seconds: float) -> Refusal:
    return Refusal("attachment-time", f"reading it took longer than {seconds:g} seconds")


READER = Reader()
