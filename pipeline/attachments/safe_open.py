"""Opens a file that a case names: only inside the folder of the case, without following links or waiting."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from pipeline.errors import UnusableError
from pipeline.formats.files import NotRegularError, OutsideError, read

MAX_BYTES = 50_000_000

_DRIVE = re.compile(r"[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]*://")


def read_inside(folder: Path, path: str, most: int | None = None) -> bytes:
    """Return the content, at most ``most`` bytes, of the file at ``path`` inside ``folder``. Raises UnusableError."""
    steps = PurePosixPath(path).parts
    if path.startswith(("/", "~")) or "\\" in path or "\0" in path or ".." in steps or _DRIVE.match(path):
        raise UnusableError(
            "attachment-outside",
            "the path leaves the folder of the case",
            "copy the file into the folder of the case, and give its path relative to that folder",
        )
    most = MAX_BYTES if most is None else most
    try:
        content = read(Path(path), most, below=folder)
    except OutsideError as error:
        raise UnusableError("attachment-outside", str(error.strerror), "copy the file itself into the folder") from None
    except (NotRegularError, IsADirectoryError):
        raise UnusableError("attachment-kind", "this is not a regular file", "give a PDF or a picture") from None
    except FileNotFoundError:
        raise UnusableError(
            "attachment-missing", "the file does not exist", "check the path; it is relative to the folder of the case"
        ) from None
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise UnusableError(
            "attachment-unreadable", f"the file cannot be read: {reason}", "check its permissions"
        ) from None
    if len(content) > most:
        raise UnusableError("attachment-size", f"the file is larger than {_describe_size(most)}", "scan it smaller")
    if not content:
        raise UnusableError("attachment-empty", "the file is empty", "copy or scan it again")
    return content


def _describe_size(size: int) -> str:
    megabytes = size // 1_000_000
    return f"{megabytes} MB" if megabytes else f"{size:,} bytes"
