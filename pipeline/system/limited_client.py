"""The client of the limited process, which is started at the first use and replaced when it breaks."""

from __future__ import annotations

import atexit
import os
import select
import subprocess
import threading
from collections.abc import Iterable
from typing import BinaryIO, cast

from pipeline.system.limited_process import (
    CALL_RESULTS,
    BrokenMessageError,
    Call,
    CallResult,
    ProcessLimits,
    pack,
    receive,
)
from pipeline.system.processes import start_child

#: The process enforces the time limit itself. If it has not answered this much later, it hangs.
_GRACE_SECONDS = 10.0


class CallFailedError(Exception):
    """A call gave no result. ``seconds`` is the limit of time that it passed, or None if it crashed."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__()
        self.seconds = seconds


class LimitedClient:
    """A limited process. It serves the process that started it; a fork of that starts its own."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # one call at a time
        self._owner = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = False

    def start(self) -> subprocess.Popen[bytes]:
        """Return the process. Start it if this process has none; this does not wait until it has loaded.

        Raises BrokenMessageError if the client is closed.
        """
        with self._lock:
            if self._is_closed:
                raise BrokenMessageError
            if self._process is not None and self._owner != os.getpid():
                self._process.returncode = 0  # a child of our parent: we cannot wait for it
                self._process = None
            if self._process is None:
                self._owner, self._process = os.getpid(), start_child("pipeline.system.limited_process")
            return self._process

    def stop(self) -> None:
        """Kill the process, and all processes that it has started."""
        with self._lock:
            process, self._process = self._process, None
            if process is not None and self._owner == os.getpid():
                process.kill()
                process.communicate()

    def close(self) -> None:
        """Kill the process without waiting for a call. The call fails, and so do later ones."""
        self._is_closed = True
        process = self._process
        if process is not None and self._owner == os.getpid():
            process.kill()
        self.stop()

    def prepare(self, function: str) -> None:
        """Start the process, and have it load the module of a function. Does not wait."""
        with self._lock:
            try:
                _write(self.start(), Call(function, None))
            except BrokenMessageError:
                self.stop()

    def call(self, function: str, argument: bytes, limits: ProcessLimits) -> bytes:
        """Return the result of a function (``module:name``) that takes and returns bytes. Raises CallFailedError."""
        return self.call_for_all(function, (argument,), limits)[0]

    def call_for_all(self, function: str, arguments: Iterable[bytes], limits: ProcessLimits) -> tuple[bytes, ...]:
        """Return the result for each argument. The limits are for all of them: one fork works on them, in order.

        So they belong to one patient. Raises CallFailedError.
        """
        with self._lock:
            try:
                outcome = _exchange(self.start(), Call(function, tuple(arguments), limits))
            except BrokenMessageError:
                self.stop()
                raise CallFailedError(None) from None
            except BaseException:  # an interrupt: otherwise the late answer would be read as the next one
                self.stop()
                raise
        if outcome.end == "returned":
            return outcome.results
        limit = {"time": limits.wall_seconds, "processor time": limits.cpu_seconds}
        raise CallFailedError(limit.get(outcome.end))


def _write(process: subprocess.Popen[bytes], call: Call) -> None:
    calls = cast("BinaryIO", process.stdin)
    try:
        calls.write(pack(call))
        calls.flush()
    except OSError:
        raise BrokenMessageError from None


def _exchange(process: subprocess.Popen[bytes], call: Call) -> CallResult:
    _write(process, call)
    outcomes = cast("BinaryIO", process.stdout)
    if not select.select([outcomes], [], [], call.limits.wall_seconds + _GRACE_SECONDS)[0]:
        raise BrokenMessageError
    return receive(outcomes, CALL_RESULTS)


#: The limited process of this process.
LIMITED = LimitedClient()
atexit.register(LIMITED.stop)
