"""Sources of cases: a file, or one line of a JSON Lines file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from pipeline.formats.files import read
from pipeline.formats.json.reader import MAX_BYTES

#: Name of the file of a case that has a folder of its own.
CASE_FILE = "case.json"
#: A valid id of a case in its text.
_ID = re.compile(rb'"case_id"\s*:\s*"(?!(?:con|prn|aux|nul|(?:com|lpt)[0-9])")([a-z0-9][a-z0-9-]{1,62}[a-z0-9])"')


@dataclass(frozen=True, slots=True)
class Source:
    """One case to read: a file, or a line of one.

    ``raw`` is the text of the line, None for a whole file, which the worker reads. Paths in the case are relative to
    ``folder``. Lines are counted from 1.
    """

    file: str
    folder: Path
    raw: bytes | None = None
    line: int = 1

    @property
    def name(self) -> str:
        """The name of the source in messages and reports."""
        return self.file if self.raw is None else f"{self.file}:{self.line}"


def read_case_id(source: Source) -> str | None:
    """Return the id of a case, or None if it cannot be read: the build reports why."""
    try:
        case_id = json.loads(read_source(source))["case_id"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return case_id if isinstance(case_id, str) else None


def find_case_id(source: Source) -> str | None:
    """Return the id of a case for a report, even if its JSON is broken; None if it has no valid one."""
    try:
        text = read_source(source)
        found = _ID.search(json.dumps({"case_id": json.loads(text).get("case_id")}).encode())
    except OSError:
        return None
    except (ValueError, AttributeError, RecursionError):
        found = _ID.search(text)
    return found[1].decode("ascii") if found else None


def read_source(source: Source) -> bytes:
    """Return the text of a case, at most one byte more than a case may have. Raise OSError."""
    return read(Path(source.file), MAX_BYTES) if source.raw is None else source.raw
