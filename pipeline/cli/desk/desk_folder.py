"""The folder of the desk: its cases, each by a key that says nothing about the patient."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.case.base import ID
from pipeline.cli.cases_folder import CasesFolder
from pipeline.system.atomic import sha256

_KEY_LETTERS = 12
_NO_ID = "-"


@dataclass(frozen=True, slots=True)
class DeskFolder(CasesFolder):
    """The folder that the desk works in."""

    def cases(self) -> dict[str, Path]:
        """Return the file of each case, by its key."""
        names = ((path.parent.name.encode("utf-8", "surrogateescape"), path) for path in self.case_files())
        return {sha256(name)[:_KEY_LETTERS]: path for name, path in names}

    def packet(self, case_id: object) -> Path:
        """Return the folder of the packet of a case. What is no id could lead elsewhere, and has none."""
        return self.out / (case_id if isinstance(case_id, str) and ID.fullmatch(case_id) else _NO_ID)

    def find(self, key: str) -> Path:
        """Return the file of a case. Raise LookupError."""
        return self.cases()[key]
