"""The folder of the desk: its cases, each by a key that says nothing about the patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.case.source import CASE_FILE
from pipeline.options import CheckOptions
from pipeline.system.atomic import sha256

_KEY_LETTERS = 12


@dataclass(frozen=True, slots=True)
class DeskFolder:
    """The folder that the desk works in. ``as_of`` is a fixed day, or None for the day of each request."""

    path: Path
    templates: str
    directory: Path | None
    as_of: date | None = None

    @property
    def options(self) -> CheckOptions:
        """The options for checking a case now."""
        return CheckOptions(self.as_of or date.today(), self.templates, self.directory)  # noqa: DTZ011 - the user's day

    @property
    def out(self) -> Path:
        """The folder of the packets."""
        return self.path / "out"

    def cases(self) -> dict[str, Path]:
        """Return the file of each case, by its key. Links that lead out of the folder are no cases."""
        top = self.path.resolve()
        found = (path for path in sorted(self.path.glob(f"*/{CASE_FILE}")) if path.resolve().is_relative_to(top))
        return {sha256(path.parent.name.encode("utf-8", "surrogateescape"))[:_KEY_LETTERS]: path for path in found}

    def find(self, key: str) -> Path:
        """Return the file of a case. Raise LookupError."""
        return self.cases()[key]
