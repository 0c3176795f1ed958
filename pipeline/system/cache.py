"""What is made once on a machine and kept for the processes after: cut fonts, templates made ready, compiled tags.

It is in the user's cache, private, and each file is there whole or not at all. Nothing depends on it: where it cannot
be, or is deleted at any time, things are made anew. No value of a case is ever kept in it.
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

_DIGEST_BYTES = hashlib.sha256().digest_size
#: A file that is older is removed when a new one is made: it is of another version or template, or is made again.
_OLDEST_SECONDS = 90 * 24 * 3600
#: What turns a template into what is kept of it: distributions, and modules here.
_MAKERS = ("docxtpl", "jinja2", "lxml", "msgspec", "python-docx")
_CODE = ("system/cache.py", "documents/environment.py", "documents/prepared_template.py")


def kept(name: str, make: Callable[[], bytes]) -> bytes:
    """What was kept under ``name``; else what ``make`` gives, which is kept if that can be."""
    folder = cache_folder()
    if folder is None:
        return make()
    with suppress(OSError):
        found = (folder / name).read_bytes()
        content = found[_DIGEST_BYTES:]
        if found.startswith(hashlib.sha256(content).digest()):
            return content
    content = make()
    with suppress(OSError):
        _remove_old(folder)
        _write(folder / name, hashlib.sha256(content).digest() + content)
    return content


def stamped(content: bytes) -> str:
    """A name for what is made of ``content``; it changes with the code that makes it."""
    return hashlib.sha256(_stamp() + content).hexdigest()


@cache
def cache_folder() -> Path | None:
    """The folder, made when it is first asked for; None where it cannot be, or where others can write to it."""
    for home in _homes():
        with suppress(OSError):
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            if is_private(home):
                return home
    return None


def is_private(folder: Path) -> bool:
    """Whether it is a folder that nobody else can have written to. Raises OSError."""
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022


def write_private(file: Path, content: bytes, *, flush: bool = True) -> None:
    """Write a new file that only the user can read, and flush it to the disk. Raises OSError."""
    with open(file, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as opened:
        opened.write(content)
        if flush:
            opened.flush()
            os.fsync(opened.fileno())


@cache
def _stamp() -> bytes:
    """This Python, the libraries that fill templates, and the code of this package that does."""
    versions = [str(sys.implementation.cache_tag), *(f"{name} {version(name)}" for name in _MAKERS)]
    code = [Path(__file__).parents[1].joinpath(name).read_bytes() for name in _CODE]
    return hashlib.sha256(b"\0".join(["\n".join(versions).encode(), *code])).digest()


def _homes() -> Iterator[Path]:
    """With the user's other caches, else with temporary files."""
    wanted, home = Path(os.environ.get("XDG_CACHE_HOME", "")), Path("~").expanduser()
    if wanted.is_absolute():
        yield wanted / "visa-packet"
    elif home.is_absolute() and home.is_dir():  # what is not there is not made
        yield home / ".cache" / "visa-packet"
    yield Path(tempfile.gettempdir(), f"visa-packet-{os.geteuid()}")


def _write(file: Path, content: bytes) -> None:
    """Show the content under its name when all of it is written."""
    with tempfile.TemporaryDirectory(prefix=".new-", dir=file.parent) as work:
        write_private(Path(work, file.name), content, flush=False)  # the digest tells when a power cut lost it
        Path(work, file.name).replace(file)


def _remove_old(folder: Path) -> None:
    oldest = time.time() - _OLDEST_SECONDS
    for file in folder.iterdir():
        if file.is_file() and file.stat().st_mtime < oldest:
            file.unlink()
