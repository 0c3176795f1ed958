"""Worker processes for many cases, each with fonts, templates and engine loaded once."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol

from pebble import ProcessExpired, ProcessPool

#: What a future of the pool raises when its worker died or took too long: the case may be tried again.
WORKER_LOST = (ProcessExpired, TimeoutError)

#: After so many cases a worker is replaced, so that what a library keeps cannot grow without end.
_CASES_PER_WORKER = 500


class Answer(Protocol):
    """What will become of a task, such as a Future."""

    def result(self) -> Any:
        """Wait for it. Raises what the work raised."""


class Pool(Protocol):
    """What runs tasks: the processes of this machine, or those of a cluster."""

    @property
    def jobs(self) -> int:
        """How many tasks it can work on at once."""

    def submit(self, function: Callable[[Any], Any], given: Any) -> Answer:
        """Run ``function(given)`` somewhere. The answer raises one of WORKER_LOST when the worker is lost."""

    def stop(self) -> None:
        """End at once; what was submitted and not done is dropped."""


class LocalPool:
    """Processes of this machine. One that dies or hangs costs its own task, not the pool.

    pebble, because concurrent.futures gives up the whole pool when one worker dies, and cannot end one that hangs.
    """

    def __init__(self, jobs: int, timeout: float | None) -> None:
        self.jobs = jobs
        self._timeout = timeout
        context = multiprocessing.get_context("forkserver")
        # New workers are forked from a process that has imported everything once.
        context.set_forkserver_preload(["pipeline.task"])
        self._pool = ProcessPool(max_workers=jobs, max_tasks=_CASES_PER_WORKER, context=context)

    def submit(self, function: Callable[[Any], Any], given: Any) -> Future[Any]:
        """Run ``function(given)`` in a worker."""
        future: Future[Any] = self._pool.schedule(function, args=(given,), timeout=self._timeout)
        return future

    def stop(self) -> None:
        """Kill the workers."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()
