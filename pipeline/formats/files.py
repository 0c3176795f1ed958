"""Reading an untrusted file: a regular one, of limited size, without waiting for a pipe, on request below a folder."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import BinaryIO

#: A folder is opened only to open what is in it; that needs no permission to list it where the system has O_PATH.
_FOLDER = os.O_DIRECTORY | getattr(os, "O_PATH", os.O_RDONLY)


class NotRegularError(OSError):
    """The path names a pipe, a device or a socket."""


class OutsideError(OSError):
    """The path leads out of the folder, or over a symbolic link."""


def is_folder(path: Path) -> bool:
    """Return True if the path names a folder, False also if the system does not let us look at it."""
    with suppress(OSError):
        return path.is_dir()
    return False


def is_file(path: Path) -> bool:
    """Return True if the path names a regular file, False also if the system does not let us look at it."""
    with suppress(OSError):
        return path.is_file()
    return False


def resolved(path: Path) -> Path:
    """Return the absolute path without links; one whose links lead nowhere stays as it is."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a loop of links
        return path.absolute()


def read(path: Path, limit: int, *, below: Path | None = None) -> bytes:
    """Return the content of a file, at most ``limit`` + 1 bytes: the one byte more shows that it is too large.

    With ``below``, ``path`` is relative to that folder, and symbolic links are not followed. Raise OSError.
    """
    with open_regular(path, below=below) as file:
        return file.read(limit + 1)


def open_regular(path: Path, *, below: Path | None = None) -> BinaryIO:
    """Open a regular file to read it, without waiting for a pipe. ``below`` as for ``read``. Raise OSError."""

    def opener(name: str, flags: int) -> int:
        flags |= os.O_NONBLOCK  # opening a named pipe would otherwise wait for a writer
        return os.open(name, flags) if below is None else _open_below(below, path, flags)

    try:
        file = open(path, "rb", opener=opener)  # noqa: SIM115 - the caller closes it
    except ValueError:
        raise OSError(errno.EINVAL, "bad path") from None
    except OSError as error:
        if error.errno == errno.ENXIO:  # a socket
            raise NotRegularError(errno.EINVAL, "not a regular file") from None
        raise
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise NotRegularError(errno.EINVAL, "not a regular file")
    return file


def _open_below(folder: Path, path: Path, flags: int) -> int:
    """Open a file step by step: each folder on the way is opened in the one before, so that none can be swapped."""
    if path.is_absolute() or ".." in path.parts:
        raise OutsideError(errno.EACCES, "the path leads out of the folder")
    *folders, name = path.parts or (".",)
    with ExitStack() as opened:
        place = os.open(folder, _FOLDER)
        opened.callback(os.close, place)
        for step in folders:
            place = _open_step(step, _FOLDER, place)
            opened.callback(os.close, place)
        return _open_step(name, flags, place)


def _open_step(name: str, flags: int, folder: int) -> int:
    try:
        return os.open(name, flags | os.O_NOFOLLOW, dir_fd=folder)
    except OSError:
        if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise OutsideError(errno.ELOOP, "the path leads over a symbolic link") from None
        raise
