"""Living processes of other programs, found in /proc."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def processes_with(word: str) -> list[int]:
    """Processes with ``word`` in their command line or environment, without this one."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
            if word.encode() in words and int(folder.name) != os.getpid():
                found.append(int(folder.name))
    return found


def of_session(leader: int) -> list[int]:
    """Processes of the session that ``leader`` began."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            words = path.read_text().rpartition(")")[2].split()
            if words[0] != "Z" and int(words[3]) == leader:
                found.append(int(path.parent.name))
    return found


@contextmanager
def memory_peak() -> Iterator[Callable[[], int]]:
    """Give a function that returns by how many bytes the memory of this process has grown since, at the most."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the earlier peak
    before = _peak()
    yield lambda: _peak() - before


def _peak() -> int:
    [kilobytes] = re.findall(r"VmHWM:\s+([0-9]+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return 1024 * int(kilobytes)


def children_of(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def wait_until(happened: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for an event, and fail when it does not come."""
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.01)
