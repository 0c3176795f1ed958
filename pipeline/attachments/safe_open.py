"""Opening a file that a case names: only below the folder of the case, over no link, and without waiting."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path, PurePosixPath

from pipeline.errors import UnusableError

MAX_BYTES = 50_000_000

_DRIVE = re.compile(r"[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]*://")


def read_inside(folder: Path, path: str, most: int | None = None) -> bytes:
    """Content of the file at ``path``, which must lie inside ``folder``, of at most ``most`` bytes.

    Raises UnusableError.
    """
    steps = PurePosixPath(path).parts
    if path.startswith(("/", "~")) or "\\" in path or "\0" in path or ".." in steps or _DRIVE.match(path):
        raise UnusableError(
            "attachment-outside",
            "the path leaves the folder of the case",
            "copy the file into the folder of the case and name it relative to that",
        )
    try:
        return _read_without_links(folder, steps, MAX_BYTES if most is None else most)
    except FileNotFoundError:
        raise UnusableError(
            "attachment-missing", "the file does not exist", "check the path; it is relative to the case"
        ) from None
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise UnusableError(
            "attachment-unreadable", f"the file cannot be read: {reason}", "check its permissions"
        ) from None


def _read_without_links(folder: Path, steps: tuple[str, ...], most: int) -> bytes:
    """Open ``steps`` below ``folder`` one by one, so that no link can lead out between check and use."""
    for count in range(1, len(steps) + 1):
        if folder.joinpath(*steps[:count]).is_symlink():
            raise UnusableError(
                "attachment-outside", "the path leads over a symbolic link", "copy the file itself there"
            )
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(folder.joinpath(*steps), flags)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnusableError("attachment-kind", "this is not a regular file", "give a PDF or a picture")
        if status.st_size > most:
            raise UnusableError("attachment-size", f"the file is larger than {_shown(most)}", "scan it smaller")
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(most + 1)
    finally:
        os.close(descriptor)
    if not content:
        raise UnusableError("attachment-empty", "the file is empty", "copy or scan it again")
    return content


def _shown(size: int) -> str:
    megabytes = size // 1_000_000
    return f"{megabytes} MB" if megabytes else f"{size:,} bytes"
