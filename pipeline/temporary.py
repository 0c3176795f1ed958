"""One private folder for all temporary files of a run, also of libraries and programs; a kill leaves none for long."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: Unlike those of an engine in a library call, which hold no lock.
_PREFIX = "visa-packet-run-"


@contextmanager
def own_temporary_folder() -> Iterator[None]:
    """While it lasts, temporary files of this process and its children go to a folder of their own, then removed.

    A run that is killed can remove nothing, so what earlier ones left is removed first. Where no folder can be made,
    nothing changes: what needs one says so itself.
    """
    try:
        _sweep(Path(tempfile.gettempdir()))
        folder, lock = _made()
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
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _made() -> tuple[Path, int]:
    """A new folder, and the descriptor that holds it: by its lock others see that it is in use."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        if _locked(lock) and folder.is_dir():
            return folder, lock
        os.close(lock)  # another run took it for one that was left, in the moment before it was held


def _sweep(where: Path) -> None:
    """Remove what killed runs of this user left; a run that goes on, also in another container, holds its own."""
    for folder in where.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if os.fstat(lock).st_uid == os.getuid() and _locked(lock):
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
