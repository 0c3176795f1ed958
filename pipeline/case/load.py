"""First stage: read a case file, check it by its schema, and return it as a typed Case."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from pipeline.case.directory import References, find_directory, look_up_entries, merge_entries
from pipeline.case.model import Case
from pipeline.case.source import Source
from pipeline.errors import CaseError
from pipeline.formats.json.reader import JsonFile, parse_json, read_json
from pipeline.formats.json.schema import check_schema


@dataclass(frozen=True)
class LoadedCase:
    """A case, its file for the places of problems, and the entries of the directory that it refers to."""

    case: Case
    document: JsonFile
    references: References


def load_case(where: Path | Source, directory: Path | None = None) -> LoadedCase:
    """Read and validate a case and its entries of the directory, by default the folder near the case.

    Raise CaseError with all problems, each with its place.
    """
    if isinstance(where, Source) and where.raw is not None:
        document = parse_json(where.raw, where.file, where.folder, where.line)
    else:
        document = read_json(Path(where.file) if isinstance(where, Source) else where)
    references, entry_problems = look_up_entries(document, find_directory(document.folder, directory))
    problems = [*check_schema(document, "case"), *entry_problems]
    if problems:
        raise CaseError(problems)
    document = merge_entries(document, references)
    return LoadedCase(msgspec.convert(document.fields, Case), document, references)
