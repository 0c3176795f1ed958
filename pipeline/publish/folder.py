"""Publishing a folder (a packet or a preview) or a single file by one rename, so that it is complete or absent."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from pipeline.errors import OutputError, Problem, system_reason
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

#: No file.
NOTHING: Mapping[str, bytes] = MappingProxyType({})
FOLDER_HINT = "choose another folder with -o, or fix this one; its former contents are unchanged"
_FILE_HINT = "choose another name for the file; the former file is unchanged"
#: Bytes at the beginning of a long file by which this program recognises its own.
_BEGINNING = 1_000

_OBSTACLES = {
    errno.ELOOP: "it is a symbolic link",
    errno.ENOTDIR: "a file of this name is in the way",
    errno.ENOTEMPTY: "the folder is not empty and is not {kind}",
}


@dataclass(frozen=True, slots=True)
class FolderKind:
    """A kind of published folder: its name, and the file that identifies a former one."""

    name: str
    identified_by: str


PACKET = FolderKind("a packet", "manifest.json")
PREVIEW = FolderKind("a preview", "preview.json")


def publish(files: Mapping[str, bytes], folder: Path, kind: FolderKind = PACKET) -> None:
    """Write ``files`` (relative path -> content) as ``folder`` and replace a former one. Raises OutputError.

    The files are written to a work folder on the same file system and flushed before the rename: after a full disk,
    a crash or a power cut, the folder is the former one or the new one, never a part of one.
    """
    check_target(folder, kind)
    with writing(folder, FOLDER_HINT, parent=folder.parent):
        sweep(folder.parent, folder.name)
        with work_folder(folder.parent, folder.name) as work:
            for path, content in files.items():
                write_file(work / path, content)
            flush_folders(work)
            swap(work, folder)


def publish_file(content: bytes, path: Path, is_own: Callable[[bytes], bool]) -> None:
    """Write one file by a rename, so that it is complete or absent. Raises OutputError.

    A former file is replaced only if ``is_own`` recognises its content as written by this program.
    """
    with writing(path, _FILE_HINT, parent=path.parent):
        _raise_if_foreign(path, is_own)
        sweep(path.parent, path.name)
        with work_folder(path.parent, path.name) as work:
            write_file(work / path.name, content)
            (work / path.name).replace(path)


def publish_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Write ``files`` (relative path -> content) into ``folder``, which may contain others. Raises OutputError.

    All of them are flushed before the first is renamed, so that a full disk changes nothing.
    """
    with writing(folder, FOLDER_HINT, parent=folder):
        sweep(folder, "files")
        with work_folder(folder, "files") as work:
            for name, content in files.items():
                write_file(work / name, content)
            for name in files:
                make_folders((folder / name).parent)
                (work / name).replace(folder / name)
        for each in {folder / parent for name in files for parent in PurePosixPath(name).parents}:
            flush(each)


def publish_written_file(written: Path, path: Path, is_own: Callable[[bytes], bool]) -> None:
    """Publish a file that was written into a work folder beside ``path``. Raises OutputError.

    For files that are too long for the memory: ``is_own`` gets only the beginning of a former file.
    """
    with writing(path, _FILE_HINT):
        _raise_if_foreign(path, is_own, _BEGINNING)
        flush(written)
        written.replace(path)


def check_target(folder: Path, kind: FolderKind = PACKET) -> None:
    """Raise OutputError if nothing can be published as ``folder``, before any work is done for it."""
    nearest = folder
    try:
        nearest = next(path for path in (folder, *folder.parents) if path.exists() or path.is_symlink())
        obstacle = _obstacle(folder, nearest, kind)
    except OSError as error:
        obstacle = error.errno
    if obstacle is not None:
        reason = _OBSTACLES.get(obstacle, os.strerror(obstacle)).format(kind=kind.name)
        raise _failure(OSError(obstacle, reason), nearest, FOLDER_HINT)


def check_file_target(path: Path, is_own: Callable[[bytes], bool]) -> None:
    """Raise OutputError if no file can be published as ``path``, before any work is done for it."""
    with writing(path, _FILE_HINT):
        _raise_if_foreign(path, is_own, _BEGINNING)


@contextmanager
def writing(target: Path, hint: str, parent: Path | None = None) -> Iterator[None]:
    """Create ``parent``, and remove it after a failure if it is new and empty. Raises OutputError for an OSError."""
    created: list[Path] = []
    try:
        created += make_folders(parent) if parent else []
        yield
    except OSError as error:
        remove_empty(created)
        raise _failure(error, target, hint) from None


def _raise_if_foreign(path: Path, is_own: Callable[[bytes], bool], length: int = -1) -> None:
    """Raise OSError if ``path`` must not be replaced. ``is_own`` gets the first ``length`` bytes (-1 for all)."""
    if path.is_symlink():
        raise OSError(errno.ELOOP, _OBSTACLES[errno.ELOOP])
    if path.exists() and not path.is_file():
        raise OSError(errno.EISDIR, "a folder or device of this name is in the way")
    if path.is_file():
        with path.open("rb") as file:
            if not is_own(file.read(length)):
                raise OSError(errno.EEXIST, "a file of this name was not written by visa-packet")


def _obstacle(folder: Path, nearest: Path, kind: FolderKind) -> int | None:
    """Error number of the obstacle, if any. ``nearest`` is the folder, or its nearest parent that exists."""
    if folder.is_symlink():
        return errno.ELOOP
    if not nearest.is_dir():
        return errno.ENOTDIR
    if nearest != folder:
        return None if os.access(nearest, os.W_OK | os.X_OK) else errno.EACCES
    is_replaceable = (folder / kind.identified_by).is_file() or not any(folder.iterdir())
    return None if is_replaceable else errno.ENOTEMPTY


def _failure(error: OSError, path: Path, hint: str) -> OutputError:
    message = f"the output cannot be written: {system_reason(error)}"
    return OutputError(Problem("output", "error", message, hint, str(path)))
