"""One run at a time in an output folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import OutputError, Problem
from pipeline.publish import make_folders


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold ``folder`` for this process, making it if needed. Raises OutputError when another run holds it.

    The lock is on the folder itself and ends with the process however that ends, so nothing stale stays behind.
    """
    descriptor = _opened(folder)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = "another run of visa-packet is writing into this folder"
            hint = "wait until it has ended, or choose another folder with -o"
            raise OutputError(Problem("output-locked", "error", message, hint, str(folder))) from None
        yield
    finally:
        os.close(descriptor)


def _opened(folder: Path) -> int:
    make_folders(folder)
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
