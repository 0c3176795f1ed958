"""First stage: a case file becomes a checked, typed Case."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from pipeline.case.directory import Referred, find_folder, look_up, with_entries
from pipeline.case.model import Case
from pipeline.case.source import Source
from pipeline.errors import CaseError
from pipeline.formats.json.reader import JsonFile, parse_json, read_json
from pipeline.formats.json.schema import check_schema


@dataclass(frozen=True)
class LoadedCase:
    """A case with the file that it came from, which later stages need to name places in it.

    ``referred`` are the entries of the directory that the case refers to.
    """

    case: Case
    document: JsonFile
    referred: Referred


def load_case(where: Path | Source, directory: Path | None = None) -> LoadedCase:
    """Read and validate a case and what it refers to in the directory, by default the folder near the case.

    Raises CaseError with every problem found, each with its place.
    """
    document = _read(where)
    referred, wrong = look_up(document, find_folder(document.folder, directory))
    problems = [*check_schema(document, "case"), *wrong]
    if problems:
        raise CaseError(problems)
    document = with_entries(document, referred)
    return LoadedCase(msgspec.convert(document.fields, Case), document, referred)


def _read(where: Path | Source) -> JsonFile:
    if isinstance(where, Source) and where.raw is not None:
        return parse_json(where.raw, where.file, where.folder, where.line)
    return read_json(Path(where.file) if isinstance(where, Source) else where)
