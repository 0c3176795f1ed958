"""Whole processes from a cold start, in milliseconds."""

from __future__ import annotations

from pathlib import Path

from measure import AS_OF, EXAMPLE, Row, Size, run, spread, timed


def processes(size: Size, out: Path) -> dict[str, Row]:
    """The help, a check, and the whole example: each run starts Python anew. The first run only warms the disk."""
    day = ("--as-of", AS_OF)
    words: dict[str, tuple[object, ...]] = {
        "--help": ("--help",),
        "validate": ("validate", EXAMPLE, *day),
        "build": ("build", EXAMPLE, *day, "-o", out, "--force"),
    }
    rows = {}
    for name, given in words.items():
        _, *times = (timed(lambda given=given: run(*given)) for _ in range(size.runs + 1))  # type: ignore[misc]
        rows[name] = spread(times, 1000)
    return rows
