"""A folder of cases that a person gave to a program which runs for a while: the desk, or the tools of an agent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.case.source import CASE_FILE
from pipeline.options import CheckOptions


@dataclass(frozen=True, slots=True)
class CasesFolder:
    """The folder, with the options for its cases. ``as_of`` is a fixed day, or None for the day of each request."""

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

    def case_files(self) -> Iterator[Path]:
        """Yield the file of each case. Links that lead out of the folder are no cases."""
        top = self.path.resolve()
        found = sorted(self.path.glob(f"*/{CASE_FILE}"))
        yield from (path for path in found if path.resolve().is_relative_to(top))
