"""A bug, told without the text of its error, which may hold a value of a case."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import Problem


def bug(error: BaseException) -> Problem:
    """The kind of the error and the last place in this package that it went through."""
    traceback: Any = error.__traceback__
    place = "unknown"
    while traceback is not None:
        file = Path(traceback.tb_frame.f_code.co_filename)
        if file.is_relative_to(Path(__file__).parent):
            place = f"{file.relative_to(Path(__file__).parents[1])}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    hint = "please report it with this line; it holds no personal data"
    return Problem("bug", "error", f"a bug in visa-packet: {type(error).__name__} at {place}", hint)


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
