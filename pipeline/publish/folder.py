"""Publishing: the folder of a packet or a preview, or a single file, appears whole, by one rename, or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import OutputError, Problem
from pipeline.system.atomic import (
    flush,
    flush_folders,
    make_folders,
    remove_empty,
    swap,
    sweep,
    work_folder,
    write_file,
)

_FOLDER_HINT = "choose another folder with -o, or mend this one; what was there before is untouched"
_FILE_HINT = "give another name for the file; what was there before is untouched"
#: Length of the beginning by which a long file is known as one of this program.
_KNOWN_BY = 1_000


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of folder that is published: its name, and the file by which an earlier one is known."""

    name: str
    known_by: str


PACKET = Kind("a packet", "manifest.json")
PREVIEW = Kind("a preview", "preview.json")


def publish(files: Mapping[str, bytes], folder: Path, kind: Kind = PACKET) -> None:
    """Write ``files`` (relative path -> content) as ``folder``, replacing what was there. Raises OutputError.

    The files are written to a work folder on the same file system and flushed before the rename, so that
    a full disk, a crash or a power cut leaves the former folder or the new one, never half of one.
    """
    check_target(folder, kind)
    made: list[Path] = []
    try:
        made += make_folders(folder.parent)
        sweep(folder.parent, folder.name)
        with work_folder(folder.parent, folder.name) as work:
            for path, content in files.items():
                write_file(work / path, content)
            flush_folders(work)
            swap(work, folder)
    except OSError as error:
        remove_empty(made)
        raise _failure(error, folder) from None


def publish_file(content: bytes, path: Path, is_own: Callable[[bytes], bool]) -> None:
    """Write one file, by a rename, so that it is there whole or not at all. Raises OutputError.

    What was there is replaced only when ``is_own`` says of its content that it was made by this program.
    """
    made: list[Path] = []
    try:
        _refuse_other(path, is_own)
        made += make_folders(path.parent)
        with work_folder(path.parent, path.name) as work:
            write_file(work / path.name, content)
            (work / path.name).replace(path)
    except OSError as error:
        remove_empty(made)
        raise _failure(error, path, _FILE_HINT) from None


def publish_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Write ``files`` (name -> content) into ``folder``, which may hold others. Raises OutputError.

    All are written and flushed before the first gets its name, so that a full disk leaves what was there before.
    """
    made: list[Path] = []
    try:
        made += make_folders(folder)
        sweep(folder, "files")
        with work_folder(folder, "files") as work:
            for name, content in files.items():
                write_file(work / name, content)
            for name in files:
                (work / name).replace(folder / name)
        flush(folder)
    except OSError as error:
        remove_empty(made)
        raise _failure(error, folder) from None


def check_file_target(path: Path, is_own: Callable[[bytes], bool]) -> None:
    """Raise OutputError when no file can be published as ``path``: better before the work than after."""
    try:
        _refuse_other(path, is_own, _KNOWN_BY)
    except OSError as error:
        raise _failure(error, path, _FILE_HINT) from None


def publish_made(made: Path, path: Path, is_own: Callable[[bytes], bool]) -> None:
    """Publish a file that was written, privately, into a work folder beside ``path``. Raises OutputError.

    For files that are too long to be held in memory: ``is_own`` is given only the beginning of what was there.
    """
    try:
        _refuse_other(path, is_own, _KNOWN_BY)
        flush(made)
        made.replace(path)
    except OSError as error:
        raise _failure(error, path, _FILE_HINT) from None


def _refuse_other(path: Path, is_own: Callable[[bytes], bool], length: int = -1) -> None:
    """``length`` is how much of what was there ``is_own`` needs; -1 for all of it."""
    if path.is_symlink():
        raise OSError(errno.ELOOP, _OBSTACLES[errno.ELOOP])
    if path.exists() and not path.is_file():
        raise OSError(errno.EISDIR, "a folder or device of this name is in the way")
    if path.is_file():
        with path.open("rb") as file:
            if not is_own(file.read(length)):
                raise OSError(errno.EEXIST, "a file of this name was not made by visa-packet")


def check_target(folder: Path, kind: Kind = PACKET) -> None:
    """Raise OutputError when nothing can be published as ``folder``: better before the work than after."""
    nearest = next(path for path in (folder, *folder.parents) if path.exists() or path.is_symlink())
    try:
        obstacle = _obstacle(folder, nearest, kind)
    except OSError as error:
        obstacle = error.errno
    if obstacle is not None:
        reason = _OBSTACLES.get(obstacle, os.strerror(obstacle)).format(kind=kind.name)
        raise _failure(OSError(obstacle, reason), nearest)


_OBSTACLES = {
    errno.ELOOP: "it is a symbolic link",
    errno.ENOTDIR: "a file of this name is in the way",
    errno.ENOTEMPTY: "the folder holds files that are not {kind}",
}


def _obstacle(folder: Path, nearest: Path, kind: Kind) -> int | None:
    """Error number of what is in the way; ``nearest`` is the folder itself or what there is of the way to it."""
    if folder.is_symlink():
        return errno.ELOOP
    if not nearest.is_dir():
        return errno.ENOTDIR
    if nearest != folder:
        return None if os.access(nearest, os.W_OK | os.X_OK) else errno.EACCES
    is_replaceable = (folder / kind.known_by).is_file() or not any(folder.iterdir())
    return None if is_replaceable else errno.ENOTEMPTY


def _failure(error: OSError, path: Path, hint: str = _FOLDER_HINT) -> OutputError:
    reason = error.strerror or type(error).__name__
    message = f"the output cannot be written: {reason.lower()}"
    return OutputError(Problem("output", "error", message, hint, str(path)))
