"""Folders that a process holds by a lock while it works in them, so that what a killed one left is known from them.

The kernel lets go of the lock when the process ends in whatever way. Its number would tell less: it may be that of
another process by then, or of one that is dead and not yet buried, or belong to another container.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

#: Whatever the umask.
_MODE = 0o700


def make_held(where: Path, prefix: str, suffix: str = "") -> tuple[Path, int]:
    """A new private folder, and the descriptor that holds it until it is closed. Raises OSError."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, suffix=suffix, dir=where))
        try:
            folder.chmod(_MODE)
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            remove(folder)
            raise
        if _locked(lock) and folder.is_dir():
            return folder, lock
        os.close(lock)  # another run took it for one that was left, in the moment before it was held


def remove_left(folders: Iterable[Path], seconds: float = 0) -> None:
    """Remove those folders of this user that nobody holds, waiting so long for those whose owner is just ending."""
    until = time.monotonic() + seconds
    for folder in folders:
        while not _removed(folder) and time.monotonic() < until:
            time.sleep(0.01)


def remove(folder: Path) -> None:
    """Remove it with all that is in it; once more where a call failed, for it may hold a patient's papers.

    What stays then is removed by the next run.
    """
    for _ in range(2):
        shutil.rmtree(folder, ignore_errors=True)


def _removed(folder: Path) -> bool:
    """False when somebody holds it."""
    with suppress(OSError):
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            if os.fstat(lock).st_uid == os.getuid():
                if not _locked(lock):
                    return False
                remove(folder)
        finally:
            os.close(lock)
    return True


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
