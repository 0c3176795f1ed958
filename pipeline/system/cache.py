"""Files that are computed once on a machine and cached for later processes, such as prepared templates.

They are in the user's cache folder, private to the user, and each file is either complete or absent. Nothing depends
on them: without a cache folder, or if it is deleted at any time, they are computed again. No value of a case is ever
cached.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from platformdirs import user_cache_path

_DIGEST_BYTES = hashlib.sha256().digest_size
#: Older files are removed: they belong to another version or template, or are computed again.
_OLDEST_SECONDS = 90 * 24 * 3600
#: Looking for old files takes longer than most computations when there are thousands, so it is done once a day.
_CLEANED, _CLEAN_SECONDS = ".cleaned", 24 * 3600
#: The cache depends on the versions of these distributions, and on the source of this package.
_DISTRIBUTIONS = ("docxtpl", "jinja2", "lxml", "msgspec", "python-docx")


def cached(name: str, compute: Callable[[], bytes]) -> bytes:
    """Return the file ``name`` of the cache. If it is absent or damaged, compute it, and cache it if possible."""
    folder = cache_folder()
    if folder is None:
        return compute()
    with suppress(OSError):
        stored = (folder / name).read_bytes()
        content = stored[_DIGEST_BYTES:]
        if stored.startswith(hashlib.sha256(content).digest()):
            return content
    content = compute()
    with suppress(OSError):
        _remove_old(folder)
        _write(folder / name, hashlib.sha256(content).digest() + content)
    return content


def cache_key(content: bytes) -> str:
    """Return a name for what is computed from ``content``. It changes with the code that computes."""
    return hashlib.sha256(_code_digest() + content).hexdigest()


@cache
def cache_folder() -> Path | None:
    """Return the cache folder, made if needed, or None if it cannot be made or others can write to it."""
    for folder in _candidates():
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if is_private(folder):
                return folder
    return None


def is_private(folder: Path) -> bool:
    """Return whether only this user can have written to the folder. Raise OSError."""
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o022


def write_private(file: Path, content: bytes, *, flush: bool = True) -> None:
    """Write a new file that only the user can read, and flush it to the disk. Raise OSError."""
    with open(file, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as opened:
        opened.write(content)
        if flush:
            opened.flush()
            os.fsync(opened.fileno())


@cache
def _code_digest() -> bytes:
    package = Path(__file__).parents[1]
    source = (file.read_bytes() for file in sorted(package.rglob("*.py")))
    versions = [str(sys.implementation.cache_tag), *(f"{name} {version(name)}" for name in _DISTRIBUTIONS)]
    return hashlib.sha256(b"\0".join(["\n".join(versions).encode(), *source])).digest()


def _candidates() -> Iterator[Path]:
    """Yield a folder beside the caches of other programs, then one in the temporary folder."""
    with suppress(RuntimeError):  # no home folder is known
        folder = user_cache_path("visa-packet", appauthor=False)
        if folder.parent.parent.is_dir():  # a missing home folder is not made
            yield folder
    yield Path(tempfile.gettempdir(), f"visa-packet-{os.geteuid()}")


def _write(file: Path, content: bytes) -> None:
    """Write the file under another name first: it is either complete or absent."""
    with tempfile.TemporaryDirectory(prefix=".new-", dir=file.parent) as work:
        write_private(Path(work, file.name), content, flush=False)  # the digest shows if a power cut lost it
        Path(work, file.name).replace(file)


def _remove_old(folder: Path) -> None:
    now, marker = time.time(), folder / _CLEANED
    with suppress(FileNotFoundError):
        if marker.stat().st_mtime > now - _CLEAN_SECONDS:
            return
    marker.touch()
    for file in folder.iterdir():
        if file.is_file() and file.stat().st_mtime < now - _OLDEST_SECONDS:
            file.unlink()
