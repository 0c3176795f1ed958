"""Writing files and folders so that they are complete or absent, even after a power cut."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from pipeline.system.locked_folder import new_locked_folder, remove, remove_unlocked

FILE_MODE = 0o600
FOLDER_MODE = 0o700

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_SUFFIX = ".partial"


@contextlib.contextmanager
def work_folder(out: Path, name: str) -> Iterator[Path]:
    """Create a private folder in ``out`` for files before they are published; ``sweep`` removes it after a kill."""
    with new_locked_folder(out, f".{name}.", _SUFFIX) as work:
        yield work


def make_folders(folder: Path) -> list[Path]:
    """Create ``folder`` and its parents, private whatever the umask is. Return the new ones. Raises OSError."""
    created: list[Path] = []
    try:
        for path in (path for path in reversed([folder, *folder.parents]) if not path.exists()):
            path.mkdir()
            created.append(path)
            path.chmod(FOLDER_MODE)
    except OSError:
        remove_empty(created)
        raise
    return created


def remove_empty(folders: list[Path]) -> None:
    """Remove the empty ones of ``folders``, which are listed from the top down."""
    for folder in reversed(folders):
        with contextlib.suppress(OSError):
            folder.rmdir()


def sweep(out: Path, case_id: str = "*", seconds: float = 0) -> None:
    """Remove the work folders that killed runs left behind, of one case or of all.

    Wait up to ``seconds`` for a process that is about to end.
    """
    with contextlib.suppress(OSError):  # of a path that nothing can be written to
        remove_unlocked(out.glob(f".{case_id}.*{_SUFFIX}"), seconds)


def write_file(path: Path, content: bytes) -> None:
    """Create a private file and flush it to the disk. Raises OSError."""
    make_folders(path.parent)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with open(descriptor, "wb") as file:
        os.fchmod(descriptor, FILE_MODE)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def flush_folders(work: Path) -> None:
    """Flush a folder and all folders in it to the disk. Raises OSError."""
    for folder in (work, *(path for path in work.rglob("*") if path.is_dir())):
        flush(folder)


def flush(path: Path) -> None:
    """Flush a file or folder to the disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def swap(work: Path, folder: Path) -> None:
    """Put ``work`` in the place of ``folder``. Afterwards ``work`` is gone or has the former contents."""
    if not folder.exists():
        work.rename(folder)
    elif not _exchange(work, folder):
        former = work.with_suffix(".former")
        folder.rename(former)
        try:
            work.rename(folder)
        except OSError:
            former.rename(folder)
            raise
        remove(former)
    # The packet is published now; after a power cut before the rename has reached the disk, it is the former one.
    with contextlib.suppress(OSError):
        flush(folder.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step. Return False on systems other than Linux.

    Between two plain renames neither folder would exist, and a kill at that moment would lose the former packet.
    """
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    result: int = renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return result == 0


def sha256(content: bytes) -> str:
    """Return the SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
