"""Publishing: a packet's folder appears whole, by one rename, or not at all."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import OutputError, Problem

FILE_MODE = 0o600
FOLDER_MODE = 0o700

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def publish(files: Mapping[str, bytes], folder: Path) -> None:
    """Write ``files`` (relative path -> content) as ``folder``, replacing what was there. Raises OutputError.

    The files are written to a work folder on the same file system and flushed before the rename, so that
    a full disk, a crash or a power cut leaves the former folder or the new one, never half of one.
    """
    try:
        folder.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".partial", dir=folder.parent))
    except OSError as error:
        raise _failure(error, folder.parent) from None
    try:
        for path, content in files.items():
            _write(work / path, content)
        _flush_folders(work)
        _swap(work, folder)
    except OSError as error:
        raise _failure(error, folder) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folders(work: Path) -> None:
    for folder in (work, *(path for path in work.rglob("*") if path.is_dir())):
        _flush(folder)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _swap(work: Path, folder: Path) -> None:
    """Put ``work`` in the place of ``folder``. Afterwards ``work`` is gone or holds what was there before."""
    if folder.is_symlink():
        raise OSError(errno.ELOOP, "is a symbolic link")
    if not folder.exists():
        work.rename(folder)
    elif not folder.is_dir():
        raise OSError(errno.ENOTDIR, "a file of this name is in the way")
    elif not (folder / "manifest.json").is_file() and any(folder.iterdir()):
        raise OSError(errno.ENOTEMPTY, "the folder holds files that are not a packet")
    elif not _exchange(work, folder):
        former = work.with_suffix(".former")
        folder.rename(former)
        try:
            work.rename(folder)
        except OSError:
            former.rename(folder)
            raise
        shutil.rmtree(former, ignore_errors=True)
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


def _failure(error: OSError, folder: Path) -> OutputError:
    reason = error.strerror or type(error).__name__
    message = f"the output cannot be written: {reason.lower()}"
    hint = "choose another folder with -o, or mend this one; what was there before is untouched"
    return OutputError(Problem("output", "error", message, hint, str(folder)))
