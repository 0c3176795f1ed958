"""A pipe for the events of worker processes, which are passed on while this process waits for a result."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import Future
from itertools import count
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from pipeline.run.stages import StageEvent

#: Called with the argument of a task, and an event of it.
TaskListener = Callable[[Any, StageEvent], None]


class EventPipe:
    """One pipe from all workers to this process.

    An event is far smaller than what a pipe takes in one piece, so those of several workers are never mixed, and a
    worker that is killed leaves no half of one. The end of a task is written too, so that nobody waits in vain.
    """

    def __init__(self, listen: TaskListener) -> None:
        self._listen = listen
        self._reader, self._writer = Pipe(duplex=False)
        self._tickets = count()
        self._arguments: dict[int, Any] = {}

    @property
    def writer(self) -> Connection:
        """The end for the workers."""
        return self._writer

    def ticket(self, argument: Any) -> int:
        """Return the number by which a worker names the task of this argument."""
        ticket = next(self._tickets)
        self._arguments[ticket] = argument
        return ticket

    def wake_after(self, future: Future[Any]) -> None:
        """End a wait for events when the task of ``future`` ends."""
        future.add_done_callback(lambda _: send_event(self._writer, None))

    def wait(self, ticket: int, future: Future[Any]) -> None:
        """Pass on events of all workers until the task of ``future`` has ended."""
        while not future.done():
            self._pass_on()
        while self._reader.poll():
            self._pass_on()
        del self._arguments[ticket]

    def close(self) -> None:
        """Close the pipe. A worker that waits to write into it ends then."""
        self._reader.close()
        self._writer.close()

    def _pass_on(self) -> None:
        message = self._reader.recv()
        if message is not None:
            ticket, event = message
            if ticket in self._arguments:
                self._listen(self._arguments[ticket], event)


def send_event(writer: Connection, message: tuple[int, StageEvent] | None) -> None:
    """Write an event, or the end of a task. Do nothing if nobody reads any more."""
    with contextlib.suppress(OSError):
        writer.send(message)
