"""First stage: a case file becomes a checked, typed Case."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from pipeline.case import Case
from pipeline.errors import CaseError
from pipeline.jsonfile import JsonFile, read_json
from pipeline.schemas import check_schema


@dataclass(frozen=True)
class LoadedCase:
    """A case with the file that it came from, which later stages need to name places in it."""

    case: Case
    document: JsonFile


def load_case(path: Path) -> LoadedCase:
    """Read and validate ``path``. Raises CaseError with every problem found, each with its place."""
    document = read_json(path)
    problems = check_schema(document, "case")
    if problems:
        raise CaseError(problems)
    fields = {name: value for name, value in document.data.items() if name != "$schema"}
    return LoadedCase(msgspec.convert(fields, Case), document)
