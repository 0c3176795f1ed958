"""Crashes, printed without the text of their error: it may contain a value of a case."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator

from pipeline.errors import bug


def print_crash(error: BaseException) -> None:
    """Print the kind and the place of an error, when nothing better can be done."""
    with contextlib.suppress(OSError, ValueError):
        print(f"error bug\n  {bug(error).message}", file=sys.stderr)  # noqa: T201 - click itself may be what failed


@contextlib.contextmanager
def tracebacks_hidden() -> Iterator[None]:
    """Hide the messages of uncaught exceptions in all threads of this process: they may quote the case."""
    before = sys.excepthook, sys.unraisablehook, threading.excepthook
    sys.excepthook = lambda _kind, error, _traceback: print_crash(error)
    sys.unraisablehook = lambda unraisable: print_crash(unraisable.exc_value or RuntimeError())
    threading.excepthook = lambda thread: print_crash(thread.exc_value or RuntimeError())
    try:
        yield
    finally:
        sys.excepthook, sys.unraisablehook, threading.excepthook = before
