"""Messages that this program does not word itself: crashes are printed without their text, libraries not at all."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
import warnings
from collections.abc import Iterator

from pipeline.errors import bug


def print_crash(error: BaseException) -> None:
    """Print the kind and the place of an error, when nothing better can be done."""
    with contextlib.suppress(OSError, ValueError):
        print(f"error bug\n  {bug(error).message}", file=sys.stderr)  # noqa: T201 - click itself may be what failed


@contextlib.contextmanager
def own_messages_only() -> Iterator[None]:
    """Hide uncaught exceptions in all threads of this process, warnings and log records: they may quote the case."""
    before = sys.excepthook, sys.unraisablehook, threading.excepthook, warnings.showwarning
    nothing = logging.NullHandler()  # without any handler, records of warnings would be printed
    sys.excepthook = lambda _kind, error, _traceback: print_crash(error)
    sys.unraisablehook = lambda unraisable: print_crash(unraisable.exc_value or RuntimeError())
    threading.excepthook = lambda thread: print_crash(thread.exc_value or RuntimeError())
    warnings.showwarning = lambda *_args, **_kinds: None
    logging.getLogger().addHandler(nothing)
    try:
        yield
    finally:
        sys.excepthook, sys.unraisablehook, threading.excepthook, warnings.showwarning = before
        logging.getLogger().removeHandler(nothing)
