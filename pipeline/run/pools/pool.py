"""Pools run tasks in other processes: a fork for one case, workers of this machine or of a cluster for many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pipeline.errors import EngineError, Problem, system_reason
from pipeline.system.atomic import sweep


class WorkerDiedError(Exception):
    """The worker process ended without an answer."""


#: Seconds that a process has to end. The engine does not handle signals while it converts a document.
SECONDS_TO_END = 2.0
#: Errors of a task whose worker died or exceeded the time limit: the task may be tried again.
WORKER_LOST = (WorkerDiedError, TimeoutError)


def lost_worker(place: str, error: BaseException) -> Problem:
    """Return the problem of a case at ``place`` whose worker died or exceeded the time limit."""
    timed_out = isinstance(error, TimeoutError)
    code = "worker-timeout" if timed_out else "worker-died"
    message = f"the worker process for this case {'exceeded the time limit' if timed_out else 'died'}"
    hint = "allow more time with --timeout" if timed_out else "build this case alone, with more memory"
    hint += "; if that does not help, remove its attachments one by one"
    return Problem(code, "error", message, hint, place)


@contextmanager
def starting() -> Iterator[None]:
    """Raise EngineError if the system cannot start the processes inside this context."""
    try:
        yield
    except OSError as error:
        reason = system_reason(error)
        message = f"the worker processes cannot be started: {reason}"
        hint = "close other programs, or use fewer processes with -j; they share semaphores, on Linux in /dev/shm"
        raise EngineError(Problem("worker-start", "error", message, hint)) from None


class PendingResult(Protocol):
    """The future result of a task."""

    def result(self) -> Any:
        """Wait for the result. Raises the error of the task, or one of WORKER_LOST."""


class Pool(Protocol):
    """Processes that run tasks."""

    @property
    def jobs(self) -> int:
        """Number of tasks that can run at the same time."""

    def submit(self, function: Callable[[Any], Any], argument: Any) -> PendingResult:
        """Run ``function(argument)`` in one of the processes."""

    def stop(self) -> None:
        """Stop at once, and drop unfinished tasks."""


AnyPool = TypeVar("AnyPool", bound=Pool)


@contextmanager
def stopping(pool: AnyPool, folder: Path) -> Iterator[AnyPool]:
    """Stop ``pool`` at the end of the context, and remove the unfinished files of its workers from ``folder``."""
    try:
        yield pool
    finally:
        pool.stop()
        sweep(folder, seconds=SECONDS_TO_END)
