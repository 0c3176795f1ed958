"""A bug, told without the text of its error, which may hold a value of a case."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator

from pipeline.errors import bug


def tell_in_one_line(error: BaseException) -> None:
    """Print it where nothing better can be done."""
    with contextlib.suppress(OSError, ValueError):
        print(f"error bug\n  {bug(error).message}", file=sys.stderr)  # noqa: T201 - click itself may be what failed


@contextlib.contextmanager
def words_hidden() -> Iterator[None]:
    """While it lasts, errors that nobody catches, in any thread of this process, are told without their words, too."""
    before = sys.excepthook, sys.unraisablehook, threading.excepthook
    sys.excepthook = lambda _kind, error, _traceback: tell_in_one_line(error)
    sys.unraisablehook = lambda unraisable: tell_in_one_line(unraisable.exc_value or RuntimeError())
    threading.excepthook = lambda thread: tell_in_one_line(thread.exc_value or RuntimeError())
    try:
        yield
    finally:
        sys.excepthook, sys.unraisablehook, threading.excepthook = before
