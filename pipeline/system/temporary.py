"""One private folder for all temporary files of a run, also of libraries and programs; a kill leaves none for long."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.system.locked_folder import make_held, remove, remove_left

#: Unlike those of an engine in a library call, which hold no lock.
_PREFIX = "visa-packet-run-"


@contextmanager
def own_temporary_folder() -> Iterator[None]:
    """While it lasts, temporary files of this process and its children go to a folder of their own, then removed.

    A run that is killed can remove nothing, so what earlier ones left is removed first. Where no folder can be made,
    nothing changes: what needs one says so itself.
    """
    try:
        where = Path(tempfile.gettempdir())
        remove_left(where.glob(f"{_PREFIX}*"))
        folder, lock = make_held(where, _PREFIX)
    except OSError:
        yield
        return
    before, variable = tempfile.tempdir, os.environ.get("TMPDIR")
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
        os.environ.pop("TMPDIR")
        if variable is not None:
            os.environ["TMPDIR"] = variable
        remove(folder)
        os.close(lock)
