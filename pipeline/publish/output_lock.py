"""One run at a time in an output folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import OutputError, Problem
from pipeline.publish.folder import check_target
from pipeline.system.atomic import make_folders, remove_empty


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold ``folder`` for this process, making it as long as that lasts. Raises OutputError when another run holds it.

    The lock is on the folder itself and ends with the process however that ends, so nothing stale stays behind.
    """
    check_target(folder / "packet")
    made = make_folders(folder)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = "another run of visa-packet is writing into this folder"
            hint = "wait until it has ended, or choose another folder with -o"
            raise OutputError(Problem("output-locked", "error", message, hint, str(folder))) from None
        yield
    finally:
        remove_empty(made)
        os.close(descriptor)
