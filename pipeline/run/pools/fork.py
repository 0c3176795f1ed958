"""One case in a fork of this process: what it breaks, or takes without end, costs the case and not the command.

The engine is native code that holds Python's lock: in this process nobody could stop it, and its crash would leave
temporary files behind and nothing told.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Any, TypeVar

from pipeline.run.pools.pool import SECONDS_TO_END, WorkerDiedError, starting
from pipeline.system.processes import end_with, leave_interrupts_to_the_parent

Value = TypeVar("Value")


def in_fork(work: Callable[[], Value], seconds: float) -> Value:
    """What ``work`` returns, done in a fork of this process. Raises one of WORKER_LOST when there is no answer."""
    pool = ForkedPool(seconds)
    try:
        value: Value = pool.submit(lambda _: work(), None).result()
        return value
    finally:
        pool.stop()


def may_fork() -> bool:
    """Whether a fork of this process can work: other threads, and those of an engine, are not there in a fork."""
    return hasattr(os, "fork") and threading.active_count() == 1 and "office2pdf" not in sys.modules


@dataclass(frozen=True, slots=True)
class Here:
    """What is known already, because the work was done in this process."""

    value: Any

    def result(self) -> Any:
        """What the work returned."""
        return self.value


@dataclass(frozen=True, slots=True)
class Fork:
    """A fork at work on one task, for ``seconds`` at the longest."""

    process: ForkProcess
    answers: Connection
    seconds: float

    def result(self) -> Any:
        """Wait for its answer. Raises one of WORKER_LOST when there is none."""
        try:
            if not self.answers.poll(self.seconds):
                raise TimeoutError
            return self.answers.recv()
        except EOFError:
            raise WorkerDiedError from None
        finally:
            self.end()

    def end(self) -> None:
        """End it, if it is still there: first so that it can end what it has started itself."""
        self.answers.close()
        self.process.terminate()
        self.process.join(SECONDS_TO_END)
        self.process.kill()
        self.process.join()


class ForkedPool:
    """A fork for each task, one at a time; where none can be made, this process works itself."""

    jobs = 1

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last: Fork | None = None

    def submit(self, function: Callable[[Any], Any], given: Any) -> Fork | Here:
        """Run ``function(given)`` in a fork. Raises EngineError when the system makes none."""
        if not may_fork():
            return Here(function(given))
        with starting():
            answers, end = get_context("fork").Pipe(duplex=False)
            process = get_context("fork").Process(target=_work, args=(function, given, end, os.getpid()))
            process.start()
        end.close()
        self._last = Fork(process, answers, self._seconds)
        return self._last

    def stop(self) -> None:
        """Kill the fork, if one is at work."""
        if self._last is not None:
            self._last.end()


def _work(function: Callable[[Any], Any], given: Any, end: Connection, parent: int) -> None:
    """What a fork does. Work that raises is lost, without a word: a traceback may hold what was worked on."""
    try:
        end_with(parent)
        leave_interrupts_to_the_parent()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a terminal that closes tells the parent too
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        answer = function(given)
        # The parent ends this process as soon as it has the answer; an interrupt then would be told with a traceback.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        end.send(answer)
    except BaseException:  # noqa: BLE001 - the parent tells that there is no answer
        os._exit(1)
