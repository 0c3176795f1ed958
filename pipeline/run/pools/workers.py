"""Worker processes of this machine for many cases. Each loads fonts, templates and engine once."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from types import ModuleType
from typing import Any

from pebble import ProcessExpired, ProcessPool

from pipeline.documents.engines.engine import temporary_failure
from pipeline.run.pools.event_pipe import EventPipe, TaskListener, send_event
from pipeline.run.pools.pool import PendingResult, WorkerDiedError, starting
from pipeline.run.stages import observed
from pipeline.system.processes import discard, limit_more_computing

#: A worker is replaced after this number of cases, so that a memory leak of a library stays small.
_CASES_PER_WORKER = 500
#: Longest path of the temporary folder: the address of a socket in it has 108 bytes, and the file names need 33.
_LONGEST_TEMPORARY = 72
#: In a worker: its end of the pipe for events, if somebody listens to them.
_EVENTS: ContextVar[Connection | None] = ContextVar("events", default=None)


@dataclass(frozen=True, slots=True)
class _LocalResult:
    """The answer of a local worker. Events come through ``pipe``, under the number ``ticket``."""

    future: Future[Any]
    ticket: int = 0
    pipe: EventPipe | None = None

    def result(self) -> Any:
        """Wait for the result. Raises the error of the task, or one of WORKER_LOST."""
        if self.pipe is not None:
            self.pipe.wait(self.ticket, self.future)
        try:
            return self.future.result()
        except ProcessExpired as error:
            if error.exitcode == -signal.SIGXCPU:
                raise TimeoutError from None
            raise WorkerDiedError from None


class LocalPool:
    """Worker processes. One that dies or hangs costs its own task, not the pool.

    Uses pebble, because concurrent.futures gives up the whole pool if a worker dies, and cannot end one that hangs.
    Raises EngineError if the path of the temporary folder is too long, or if the processes cannot be started.
    ``timeout`` limits a task by the clock, ``cpu_seconds`` by processor time, which does not run while others compute.
    ``initializer`` is called in each new worker, ``listen`` in this process, while it waits for a result, with the
    argument of a task and each event of it.
    """

    def __init__(
        self,
        jobs: int,
        timeout: float | None,
        initializer: Callable[[], None] | None = None,
        *,
        cpu_seconds: float | None = None,
        listen: TaskListener | None = None,
    ) -> None:
        if len(os.fsencode(tempfile.gettempdir())) > _LONGEST_TEMPORARY:
            raise temporary_failure(OSError(errno.ENAMETOOLONG, "its path is too long for worker processes"))
        self.jobs = jobs
        self._timeout = timeout
        self._cpu_seconds = cpu_seconds
        self._pipe = EventPipe(listen) if listen else None
        # Otherwise workers create their own temporary folder, and fail at exit when ours has been removed.
        self._temporary_before = _use_temporary(tempfile.gettempdir())
        context = _WorkerContext()
        # Workers are forked from a process that has imported everything once.
        context.set_forkserver_preload(["pipeline.run.one"])
        with starting(), _safe_path():
            _start_tracker()
            forkserver.ensure_running()
        self._pool = ProcessPool(
            max_workers=jobs,
            max_tasks=_CASES_PER_WORKER,
            initializer=_start_worker,
            initargs=[initializer, self._pipe.writer if self._pipe else None],
            context=context,
        )

    def submit(self, function: Callable[[Any], Any], argument: Any) -> PendingResult:
        """Run ``function(argument)`` in a worker. The first call starts them; it raises EngineError if it cannot."""
        ticket = self._pipe.ticket(argument) if self._pipe else 0
        with starting():
            arguments = (self._cpu_seconds, ticket, function, argument)
            future = self._pool.schedule(_work, args=arguments, timeout=self._timeout)
        if self._pipe is not None:
            self._pipe.wake_after(future)
        return _LocalResult(future, ticket, self._pipe)

    def stop(self) -> None:
        """Kill the workers and the process from which they were forked, because its folder is removed with the run."""
        if self._pipe is not None:
            self._pipe.close()
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()
        forkserver._forkserver._stop()  # type: ignore[attr-defined] # noqa: SLF001 - there is no public way
        _use_temporary(self._temporary_before)


class _WorkerProcess(ForkServerProcess):
    """A worker, which does not run the program of the user again to import it: a task needs nothing of that."""

    def start(self) -> None:
        """Start the worker, as if this process had no main module."""
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            super().start()
        finally:
            sys.modules["__main__"] = main


class _WorkerContext(ForkServerContext):
    """Starts workers."""

    Process = _WorkerProcess


def _use_temporary(folder: str | None) -> str | None:
    """Let multiprocessing use a folder for the files of processes that it starts. Return the one before."""
    config = multiprocessing.current_process()._config  # type: ignore[attr-defined] # noqa: SLF001 - there is no public way
    before: str | None = config.pop("tempdir", None)
    if folder is not None:
        config["tempdir"] = folder
    return before


def _start_worker(initializer: Callable[[], None] | None, events: Connection | None) -> None:
    """Prepare a new worker. Nothing that a library prints in it is seen."""
    discard(1, 2)
    _EVENTS.set(events)
    if initializer is not None:
        initializer()


def _work(cpu_seconds: float | None, ticket: int, function: Callable[[Any], Any], argument: Any) -> Any:
    """Do a task in a worker."""
    if cpu_seconds is not None:
        limit_more_computing(cpu_seconds)
    events = _EVENTS.get()
    with observed((lambda event: send_event(events, (ticket, event))) if events else None):
        return function(argument)


@contextmanager
def _safe_path() -> Iterator[None]:
    """Keep the working directory off the module path of the Python processes that are started inside."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        del os.environ["PYTHONSAFEPATH"]
        if before is not None:
            os.environ["PYTHONSAFEPATH"] = before


def _start_tracker() -> None:
    """Start multiprocessing's resource tracker with SIGHUP ignored; it already ignores SIGINT and SIGTERM.

    If it were killed before the workers, it would be started again, without knowledge of their resources.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        resource_tracker.ensure_running()
    finally:
        signal.signal(signal.SIGHUP, before)
