"""Reading an untrusted file: a regular one, of limited size, without waiting for a pipe, on request below a folder."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


class NotRegularError(OSError):
    """The path names a pipe, a device or a socket."""


class OutsideError(OSError):
    """The path leads out of the folder, or over a symbolic link."""


def read(path: Path, limit: int, *, below: Path | None = None) -> bytes:
    """Return the content of a file, at most ``limit`` + 1 bytes: the one byte more shows that it is too large.

    With ``below``, ``path`` is relative to that folder, and symbolic links are not followed. Raise OSError.
    """
    more = os.O_NONBLOCK  # opening a named pipe would otherwise wait for a writer
    if below is not None:
        _check_inside(below, path)
        path, more = below / path, more | os.O_NOFOLLOW
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | more)) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise NotRegularError(errno.EINVAL, "not a regular file")
            return file.read(limit + 1)
    except ValueError:
        raise OSError(errno.EINVAL, "bad path") from None


def _check_inside(folder: Path, path: Path) -> None:
    if path.is_absolute() or ".." in path.parts:
        raise OutsideError(errno.EACCES, "the path leaves the folder")
    for count in range(1, len(path.parts) + 1):
        if folder.joinpath(*path.parts[:count]).is_symlink():
            raise OutsideError(errno.ELOOP, "the path leads over a symbolic link")
