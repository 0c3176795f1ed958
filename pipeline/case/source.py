"""Sources of cases: a file, or one line of a JSON Lines file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pipeline.formats.files import read
from pipeline.formats.json.reader import MAX_BYTES


@dataclass(frozen=True, slots=True)
class Source:
    """One case that is still to be read: a file, or a line of one.

    ``raw`` is the line's own text; None for a whole file, which is read where it is worked on. ``folder`` is
    where paths in the case begin. Lines count from 1.
    """

    file: str
    folder: Path
    raw: bytes | None = None
    line: int = 1

    @property
    def name(self) -> str:
        """The source as messages and reports call it."""
        return self.file if self.raw is None else f"{self.file}:{self.line}"


def case_id_of(source: Source) -> str | None:
    """The id that a case gives itself, if it can be read; what is wrong with the case is told when it is worked on."""
    try:
        found = json.loads(read_source(source))["case_id"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return found if isinstance(found, str) else None


def read_source(source: Source) -> bytes:
    """Return the text of a case, at most one byte more than a case may have. Raise OSError."""
    return read(Path(source.file), MAX_BYTES) if source.raw is None else source.raw
