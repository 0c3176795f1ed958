"""Asks the limited process about one attachment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import structs

from pipeline.attachments.messages import ANSWERS, ReaderAnswer, Refusal, Request
from pipeline.attachments.unusable import unusable
from pipeline.system.limited_client import LIMITED, CallFailedError

#: The most bytes that one fork reads of several files.
_TOGETHER_BYTES = 8_000_000
#: A group of files that takes longer is read one by one.
_TOGETHER_SECONDS = 20


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
            answer = refusal_of(error)
        except msgspec.MsgspecError:
            answer = _BROKEN
        if isinstance(answer, Refusal):
            raise unusable(answer.key, answer.field, **answer.parts)
        return answer

    def ask_together(self, requests: Sequence[Request]) -> list[ReaderAnswer | None]:
        """Return the answers about attachments of one case, which one fork reads: to fork takes as long as to read.

        None stands for an attachment to ask about alone: it cannot be used, or the fork broke at one of them.
        """
        answers: list[ReaderAnswer | None] = []
        for group in _groups(requests):
            answers += self._ask_group(group) if len(group) > 1 else [None]
        return answers

    def _ask_group(self, requests: Sequence[Request]) -> list[ReaderAnswer | None]:
        try:
            limits = structs.replace(
                requests[0].limits.of_process, cpu_seconds=_TOGETHER_SECONDS, wall_seconds=float(_TOGETHER_SECONDS)
            )
            contents = LIMITED.call_for_all(self.function, map(msgspec.msgpack.encode, requests), limits)
            answers = [ANSWERS.decode(content) for content in contents]
        except (CallFailedError, msgspec.MsgspecError):
            return [None] * len(requests)
        return [answer if isinstance(answer, ReaderAnswer) else None for answer in answers]


def _groups(requests: Sequence[Request]) -> Iterator[list[Request]]:
    """Yield the requests in groups of files that are small enough to be read together."""
    group: list[Request] = []
    for request in requests:
        if group and sum(len(each.content) for each in (*group, request)) > _TOGETHER_BYTES:
            yield group
            group = []
        group.append(request)
    if group:
        yield group


def refusal_of(error: CallFailedError) -> Refusal:
    """Return why a file cannot be used of which the limited process gave no answer."""
    if error.seconds is None:
        return _BROKEN
    return Refusal("attachment-time", {"seconds": f"{error.seconds:g}"})


_BROKEN = Refusal("attachment-broke")


READER = Reader()
