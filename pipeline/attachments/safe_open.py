"""Opens a file that a case names: only inside the folder of the case, without following links or waiting."""

from __future__ import annotations

import errno
import re
from pathlib import Path, PurePosixPath

from pipeline.attachments.unusable import unusable
from pipeline.formats.files import NotRegularError, OutsideError, read

MAX_BYTES = 50_000_000

_DRIVE = re.compile(r"[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]*://")


def read_inside(folder: Path, path: str, most: int | None = None) -> bytes:
    """Return the content, at most ``most`` bytes, of the file at ``path`` inside ``folder``. Raises UnusableError."""
    steps = PurePosixPath(path).parts
    is_home = path.startswith("~") and (path == "~" or "/" in path)
    if is_home or path.startswith("/") or "\\" in path or "\0" in path or ".." in steps or _DRIVE.match(path):
        raise unusable("attachment-outside")
    most = MAX_BYTES if most is None else most
    try:
        content = read(Path(path), most, below=folder)
    except OutsideError as error:
        is_link = error.errno == errno.ELOOP
        raise unusable("attachment-outside/link" if is_link else "attachment-outside/folder") from None
    except (NotRegularError, IsADirectoryError):
        raise unusable("attachment-kind/irregular") from None
    except FileNotFoundError:
        raise unusable("attachment-missing") from None
    except OSError as error:
        raise unusable("attachment-unreadable", reason=error.strerror or "unreadable") from None
    if len(content) > most:
        raise unusable("attachment-size", size=_describe_size(most))
    if not content:
        raise unusable("attachment-empty")
    return content


def _describe_size(size: int) -> str:
    megabytes = size // 1_000_000
    return f"{megabytes} MB" if megabytes else f"{size:,} bytes"
