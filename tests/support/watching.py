"""Runs of the command under strace: a process that is started for one run, or forks of one that is warm."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

_TRACED = "%network,execve,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,prctl"
_OFTEN = 0.02  # seconds
_WARM = Path(__file__).with_name("warm.py")

Look = Callable[[int], None]
_End = TypeVar("_End")


@dataclass(frozen=True)
class Usage:
    """Seconds of processor time of a run and of what it waited for, and the most memory that one of them had."""

    seconds: float
    kilobytes: int


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code, its lines of the trace, its usage, and what it left running."""

    code: int
    trace: str
    usage: Usage
    left: tuple[str, ...] = ()


def traced(trace: Path, also: Sequence[str] = (), faults: Sequence[str] = ()) -> list[str]:
    """Return the words before a command that let strace write this trace, and let these calls fail."""
    calls = ",".join([_TRACED, *also, *(fault.partition(":")[0] for fault in faults)])
    program = str(shutil.which("strace"))
    options = "-DDD", "-f", "--seccomp-bpf", "-v", "-s", "4096", "-o", str(trace), "-e", f"trace={calls}"
    return [program, *options, *(word for fault in faults for word in ("-e", f"inject={fault}"))]


def wait_for(process: subprocess.Popen[bytes], trace: Path, seconds: float, look: Look | None) -> Ended:
    """Wait for a process that was started for one run."""

    def end() -> tuple[int, float] | None:
        time.sleep(_OFTEN)
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if not pid:
            return None
        process.returncode = os.waitstatus_to_exitcode(status)
        return process.returncode, usage.ru_utime + usage.ru_stime

    (code, used), peak = _until_the_end(process.pid, end, seconds, look)
    return Ended(code, _lines_of(trace, process.pid)[0], Usage(used, peak))


class WarmRun:
    """A run that a test ends itself, in a fork of the warm process. Has what tests use of a Popen."""

    def __init__(self, pid: int, end: Callable[[float], Ended | None]) -> None:
        self.pid, self._end = pid, end
        self.ended: Ended | None = None

    def poll(self, seconds: float = 0) -> int | None:
        """Return the exit code, or None if the run goes on for so many seconds more."""
        self.ended = self.ended or self._end(seconds)
        return None if self.ended is None else self.ended.code

    def wait(self, timeout: float = 300) -> int:
        """Wait for the end of the run and of what it started. Raises TimeoutExpired."""
        until = time.monotonic() + timeout
        while (code := self.poll(max(0, min(_OFTEN, until - time.monotonic())))) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("visa-packet", timeout)
        return code

    def signal(self, number: int) -> None:
        """Send a signal to all its processes, as a terminal does."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)


class WarmCommand:
    """The process of warm.py: started with the first run, one for each process of the tests.

    It checks ``case`` beforehand, so that runs of cases with the same texts need not look for claims in them again.
    """

    def __init__(self, folder: Path, case: Path) -> None:
        self._trace, self._read, self._case = folder / "trace", 0, case
        self._process: subprocess.Popen[bytes] | None = None
        self._run: WarmRun | None = None

    def run(self, request: Mapping[str, Any], seconds: float, look: Look | None) -> Ended:
        """Let it fork for this run, and wait for the end of the fork and of what that started."""
        run = self.begin(request)

        def end() -> Ended | None:
            run.poll(_OFTEN)
            return run.ended

        ended, peak = _until_the_end(run.pid, end, seconds, look)
        return replace(ended, usage=replace(ended.usage, kilobytes=peak))

    def begin(self, request: Mapping[str, Any]) -> WarmRun:
        """Let it fork for this run, after the end of the one before, which a test that failed may have left."""
        if self._process is None:
            self._start()
        if self._run is not None and self._run.poll() is None:
            self._run.signal(signal.SIGKILL)
            self._run.wait()
        self._socket.send(json.dumps(request).encode())
        pid = self._answer()["pid"]
        self._run = WarmRun(pid, lambda seconds: self._end(pid, seconds))
        return self._run

    def stop(self) -> None:
        """End the process, if it was started."""
        if self._process is not None:
            self._socket.close()
            self._process.wait()

    def _start(self) -> None:
        self._socket, other = socket.socketpair(type=socket.SOCK_SEQPACKET)
        command = [*traced(self._trace), sys.executable, str(_WARM), str(other.fileno()), str(self._case)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE", "COV_"))}
        environment |= {"LC_ALL": "C.UTF-8"}
        with other:
            self._process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, pass_fds=[other.fileno()], start_new_session=True
            )

    def _end(self, pid: int, seconds: float) -> Ended | None:
        if not select.select([self._socket], [], [], seconds)[0]:
            return None
        end = self._answer()
        trace, self._read = _lines_of(self._trace, pid, self._read)
        return Ended(end["code"], trace, Usage(end["seconds"], 0), tuple(end["left"]))

    def _answer(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._socket.recv(1 << 20))
        return answer


def _until_the_end(pid: int, end: Callable[[], _End | None], seconds: float, look: Look | None) -> tuple[_End, int]:
    """Return the end and the peak of memory; a run that takes too long is killed, and the test fails.

    The system's own highest memory of a process counts what its parent had when it was started, which is the tests.
    """
    until, peak = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        peak = max(peak, _peak(pid))
        if look:
            look(pid)
        if (found := end()) is not None:
            return found, peak
    os.killpg(pid, signal.SIGKILL)
    while end() is None:
        pass
    pytest.fail(f"not ended after {seconds} s")


def _peak(pid: int) -> int:
    """Kilobytes that the process, or one that it started, has had at the most; 0 when it has ended."""
    try:
        found = re.search(r"VmHWM:\s+([0-9]+) kB", Path(f"/proc/{pid}/status").read_text("ascii", "replace"))
        started = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return 0
    return max([int(found[1]) if found else 0, *(_peak(int(child)) for child in started)])


def _lines_of(trace: Path, pid: int, begin: int = 0) -> tuple[str, int]:
    """Return what the trace says from a place on, and where it ends, once it says that the process ended."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        content = trace.read_bytes()[begin:] if trace.exists() else b""
        if re.search(rb"^%d +\+\+\+ " % pid, content, re.MULTILINE):
            return content.decode("utf-8", "replace"), begin + len(content)
        time.sleep(_OFTEN)
    pytest.fail("strace did not say how the process ended")
