"""Folders locked by the process that uses them, so that a later run recognises those of a killed run.

The kernel releases the lock when the process ends, however it ends. A PID is not enough: it may have been reused, or
belong to a zombie or to another container. The lock is on the folder itself, so no lock file is left behind either.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: Mode of a new folder, whatever the umask is.
_MODE = 0o700


@contextmanager
def new_locked_folder(where: Path, prefix: str, suffix: str = "") -> Iterator[Path]:
    """Create a private folder in ``where``, lock it, and remove it in the end. Raises OSError."""
    folder, lock = _create(where, prefix, suffix)
    try:
        yield folder
    finally:
        remove(folder)
        os.close(lock)


def remove_unlocked(folders: Iterable[Path], seconds: float = 0) -> None:
    """Remove the folders of this user that no process has locked.

    Wait up to ``seconds`` for a lock: the process that holds it may be about to end.
    """
    until = time.monotonic() + seconds
    for folder in folders:
        while not _is_removed(folder) and time.monotonic() < until:
            time.sleep(0.01)


def remove(folder: Path) -> None:
    """Remove a folder with all of its contents, as far as possible: the next run removes the rest.

    Try twice if a call fails, for the folder may contain a patient's papers.
    """
    for _ in range(2):
        shutil.rmtree(folder, ignore_errors=True)


def try_lock(folder: int) -> bool:
    """Lock an open folder until its descriptor is closed. Return False if another process has locked it."""
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _create(where: Path, prefix: str, suffix: str) -> tuple[Path, int]:
    """A new folder, and the descriptor that locks it."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, suffix=suffix, dir=where))
        try:
            folder.chmod(_MODE)
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            remove(folder)
            raise
        if try_lock(lock) and folder.is_dir():
            return folder, lock
        os.close(lock)  # another run removed the folder in the moment before it was locked


def _is_removed(folder: Path) -> bool:
    """Remove a folder of this user. Return False if a process has locked it."""
    with suppress(OSError):
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            if os.fstat(lock).st_uid == os.getuid():
                if not try_lock(lock):
                    return False
                remove(folder)
        finally:
            os.close(lock)
    return True
