"""Worker processes for many cases, each with fonts, templates and engine loaded once."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from typing import Any

from pebble import ProcessExpired, ProcessPool

from pipeline.documents.engines.engine import temporary_failure
from pipeline.run.pools.pool import Answer, WorkerDiedError, starting

#: After so many cases a worker is replaced, so that what a library keeps cannot grow without end.
_CASES_PER_WORKER = 500
#: Processes find one another by a socket there, whose address has room for 108 bytes, of which the names need 33.
_LONGEST_TEMPORARY = 72


@dataclass(frozen=True, slots=True)
class _Sent:
    """A task that a worker has, or that waits for one."""

    future: Future[Any]

    def result(self) -> Any:
        """Wait for it. Raises what the work raised, or one of WORKER_LOST."""
        try:
            return self.future.result()
        except ProcessExpired:
            raise WorkerDiedError from None


class LocalPool:
    """Processes of this machine. One that dies or hangs costs its own task, not the pool.

    pebble, because concurrent.futures gives up the whole pool when one worker dies, and cannot end one that hangs.
    Raises EngineError when the path of the folder for temporary files is too long, or processes cannot be started.
    ``initializer`` is called in each new worker.
    """

    def __init__(self, jobs: int, timeout: float | None, initializer: Callable[[], None] | None = None) -> None:
        if len(os.fsencode(tempfile.gettempdir())) > _LONGEST_TEMPORARY:
            raise temporary_failure(OSError(errno.ENAMETOOLONG, "its path is too long for worker processes"))
        self.jobs = jobs
        self._timeout = timeout
        # Else they make a folder of their own, and look for it once more when all temporary files are gone.
        multiprocessing.current_process()._config["tempdir"] = tempfile.gettempdir()  # type: ignore[attr-defined] # noqa: SLF001 - there is no other way
        context = multiprocessing.get_context("forkserver")
        # New workers are forked from a process that has imported everything once.
        context.set_forkserver_preload(["pipeline.run.one"])
        with starting(), _safe_path():
            _start_tracker()
            forkserver.ensure_running()
        self._pool = ProcessPool(
            max_workers=jobs, max_tasks=_CASES_PER_WORKER, initializer=initializer, context=context
        )

    def submit(self, function: Callable[[Any], Any], given: Any) -> Answer:
        """Run ``function(given)`` in a worker. The first call starts them: raises EngineError when it cannot."""
        with starting():
            return _Sent(self._pool.schedule(function, args=(given,), timeout=self._timeout))

    def stop(self) -> None:
        """Kill the workers, and the process from which they were forked: its folder goes with the run."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()
        forkserver._forkserver._stop()  # type: ignore[attr-defined] # noqa: SLF001 - there is no other way


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
    """Start the process that keeps account of what the others share, deaf to the terminal's closing.

    It is deaf to the other signals by itself. Killed before the others, it would be started anew and know nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        resource_tracker.ensure_running()
    finally:
        signal.signal(signal.SIGHUP, before)
