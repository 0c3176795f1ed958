"""What a running process has: its memory, and the processes below it. Also used by the tests of long runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_PAGE_MB = 4096 / 1e6


def resident(pid: int) -> float:
    """Resident memory in MB; 0 when the process has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE_MB
    except OSError:
        return 0.0


def descendants(pid: int) -> Iterator[int]:
    """Numbers of the processes that it started, of those that they started, and so on."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:  # it has ended
        return
    for child in map(int, children):
        yield child
        yield from descendants(child)
