"""Writing files and folders so that they are whole or absent, also after a power cut."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from pipeline.system.locked_folder import make_held, remove, remove_left

FILE_MODE = 0o600


FOLDER_MODE = 0o700


_AT_FDCWD = -100


_RENAME_EXCHANGE = 2


_SUFFIX = ".partial"


@contextlib.contextmanager
def work_folder(out: Path, name: str) -> Iterator[Path]:
    """A private folder in ``out`` for what is not published yet. If the process is killed, ``sweep`` removes it."""
    work, lock = make_held(out, f".{name}.", _SUFFIX)
    try:
        yield work
    finally:
        remove(work)
        os.close(lock)


def make_folders(folder: Path) -> list[Path]:
    """Make ``folder`` and those above it, private whatever the umask; returns the new ones. Raises OSError."""
    made: list[Path] = []
    try:
        for path in (path for path in reversed([folder, *folder.parents]) if not path.exists()):
            path.mkdir()
            made.append(path)
            path.chmod(FOLDER_MODE)
    except OSError:
        remove_empty(made)
        raise
    return made


def remove_empty(folders: list[Path]) -> None:
    """Remove those of ``folders``, given from the top down, in which there is nothing."""
    for folder in reversed(folders):
        with contextlib.suppress(OSError):
            folder.rmdir()


def sweep(out: Path, case_id: str = "*", seconds: float = 0) -> None:
    """Remove what runs on this case, or on any, left behind when they were killed; those still running keep theirs.

    Of a process that is just ending, the lock may last a moment longer: ``seconds`` is how long to wait for it.
    """
    remove_left(out.glob(f".{case_id}.*{_SUFFIX}"), seconds)


def _write(path: Path, content: bytes) -> None:
    if not path.parent.is_dir():
        path.parent.mkdir()
        path.parent.chmod(FOLDER_MODE)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with open(descriptor, "wb") as file:
        os.fchmod(descriptor, FILE_MODE)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folders(work: Path) -> None:
    for folder in (work, *(path for path in work.rglob("*") if path.is_dir())):
        _flush(folder)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _swap(work: Path, folder: Path) -> None:
    """Put ``work`` in the place of ``folder``. Afterwards ``work`` is gone or holds what was there before."""
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
    # The packet is published now; a power cut before the disk has noted the rename leaves the former one.
    with contextlib.suppress(OSError):
        _flush(folder.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step where the system can (Linux); False where it cannot.

    Two plain renames would leave a moment without either folder, and a kill in that moment would lose the
    former packet.
    """
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    result: int = renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return result == 0


def sha256(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
