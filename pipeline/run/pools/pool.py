"""What runs tasks in processes of their own: those of this machine for many cases, a fork for one, or a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from pipeline.errors import EngineError, Problem


class WorkerDiedError(Exception):
    """The process that worked on a task ended without an answer."""


#: How long a process has to end. The engine hears nothing while it works on a document.
SECONDS_TO_END = 2.0
#: What an answer raises when its worker died or took too long: the case may be tried again.
WORKER_LOST = (WorkerDiedError, TimeoutError)


def lost(place: str, error: BaseException) -> Problem:
    """What is told of a case, at ``place``, on which a worker died or took too long."""
    took_too_long = isinstance(error, TimeoutError)
    code = "worker-timeout" if took_too_long else "worker-died"
    message = f"the process that worked on this case {'took too long' if took_too_long else 'died'}"
    hint = "give it more time with --timeout" if took_too_long else "work on it alone, with more memory"
    hint += "; if that does not help, take one attachment out after the other"
    return Problem(code, "error", message, hint, place)


@contextmanager
def starting() -> Iterator[None]:
    """Raise EngineError when the system gives no room for the processes that are started inside."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        message = f"the processes for the work cannot be started: {reason}"
        hint = "end other programs, or ask for fewer with -j; several share semaphores, on Linux in /dev/shm"
        raise EngineError(Problem("worker-start", "error", message, hint)) from None


class Answer(Protocol):
    """What will become of a task, such as a Future."""

    def result(self) -> Any:
        """Wait for it. Raises what the work raised, or one of WORKER_LOST."""


class Pool(Protocol):
    """What runs tasks."""

    @property
    def jobs(self) -> int:
        """How many tasks it can work on at once."""

    def submit(self, function: Callable[[Any], Any], given: Any) -> Answer:
        """Run ``function(given)`` somewhere."""

    def stop(self) -> None:
        """End at once; what was submitted and not done is dropped."""
