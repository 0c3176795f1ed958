"""One task in a fork of this process: a crash or an endless loop costs the task, and not the command.

The engine is native code that holds Python's lock: inside this process it could not be interrupted, and its crash
would leave temporary files and no report.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Any, TypeVar

from pipeline.run.pools.event_pipe import TaskListener
from pipeline.run.pools.pool import SECONDS_TO_END, PendingResult, WorkerDiedError, starting
from pipeline.run.stages import Listener, StageEvent, observed
from pipeline.system.processes import die_with_parent, discard, ignore_interrupts

Value = TypeVar("Value")


def in_fork(work: Callable[[], Value], seconds: float) -> Value:
    """Return the result of ``work`` in a fork of this process. Raises one of WORKER_LOST if it gives no answer."""
    pool = ForkPool(seconds)
    try:
        value: Value = pool.submit(lambda _: work(), None).result()
        return value
    finally:
        pool.stop()


def may_fork() -> bool:
    """Return True if a fork of this process can work: a fork lacks the other threads, and those of an engine."""
    return hasattr(os, "fork") and threading.active_count() == 1 and not {"office2pdf", "typst"} & sys.modules.keys()


@dataclass(frozen=True, slots=True)
class _Finished:
    """The result of a task that this process ran itself."""

    value: Any

    def result(self) -> Any:
        """Return the result."""
        return self.value


@dataclass(frozen=True, slots=True)
class _Fork:
    """A fork that works on one task, for ``seconds`` at most. ``listen`` is called with each event of it."""

    process: ForkProcess
    answers: Connection
    seconds: float
    listen: Listener | None = None

    def result(self) -> Any:
        """Wait for the answer. Raises one of WORKER_LOST if there is none."""
        last = time.monotonic() + self.seconds
        try:
            while self.answers.poll(max(last - time.monotonic(), 0)):
                answer = self.answers.recv()
                if self.listen is None or not isinstance(answer, StageEvent):
                    return answer
                self.listen(answer)
            raise TimeoutError
        except EOFError:
            raise WorkerDiedError from None
        finally:
            self.end()

    def end(self) -> None:
        """End the process if it still runs; first with a signal that lets it end its own child processes."""
        self.answers.close()
        self.process.terminate()
        self.process.join(SECONDS_TO_END)
        self.process.kill()
        self.process.join()


class ForkPool:
    """A fork for each task, one at a time. If this process cannot be forked, it runs the task itself.

    ``listen`` is called, while this process waits for a result, with the argument of the task and each event of it.
    """

    jobs = 1

    def __init__(self, seconds: float, listen: TaskListener | None = None) -> None:
        self._seconds = seconds
        self._listen = listen
        self._last: _Fork | None = None

    def submit(self, function: Callable[[Any], Any], argument: Any) -> PendingResult:
        """Run ``function(argument)`` in a fork. Raises EngineError if the system cannot start it."""
        listen = partial(self._listen, argument) if self._listen else None
        if not may_fork():
            with observed(listen):
                return _Finished(function(argument))
        with starting():
            answers, end = get_context("fork").Pipe(duplex=False)
            work = partial(_observed, function, end.send) if listen else function
            process = get_context("fork").Process(target=_run, args=(work, argument, end, os.getpid()))
            process.start()
        end.close()
        self._last = _Fork(process, answers, self._seconds, listen)
        return self._last

    def stop(self) -> None:
        """Kill the fork if it still works."""
        if self._last is not None:
            self._last.end()


def _observed(function: Callable[[Any], Any], listen: Listener, argument: Any) -> Any:
    with observed(listen):
        return function(argument)


def _run(function: Callable[[Any], Any], argument: Any, end: Connection, parent: int) -> None:
    """Run a task inside the fork. An error ends the process without output: a traceback may quote the case."""
    try:
        die_with_parent(parent)
        discard(1, 2)
        ignore_interrupts()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the parent receives it too
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        answer = function(argument)
        # The parent ends this process as soon as it has the answer; an interrupt would print a traceback.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        end.send(answer)
    except BaseException:  # noqa: BLE001 - the parent reports that there is no answer
        os._exit(1)
