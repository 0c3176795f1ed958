"""First stage: read a case file, check it by its schema, and return it as a typed Case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from pipeline.case.directory import References, find_directory, look_up_entries, merge_entries
from pipeline.case.half_case import draft_case
from pipeline.case.model import Case
from pipeline.case.source import Source
from pipeline.errors import CaseError, Problem
from pipeline.formats.json.reader import JsonFile, parse_json, read_json
from pipeline.formats.json.schema import check_schema, is_valid, missing_fields


@dataclass(frozen=True)
class LoadedCase:
    """A case, its file for the places of problems, and the entries of the directory that it refers to."""

    case: Case
    json_file: JsonFile
    references: References
    #: The questions of a draft of a case that lacks fields: they are blank in it.
    questions: tuple[Problem, ...] = ()


class IncompleteCaseError(CaseError):
    """Required fields of a case are missing, and nothing else is wrong with it. The problems are questions."""

    def __init__(self, json_file: JsonFile, references: References, problems: Iterable[Problem]) -> None:
        self.json_file = json_file
        self.references = references
        super().__init__(problems)


def load_case(where: Path | Source, directory: Path | None = None) -> LoadedCase:
    """Read and validate a case and its entries of the directory, by default the folder near the case.

    Raise CaseError with all problems, each with its place.
    """
    if isinstance(where, Source) and where.raw is not None:
        json_file = parse_json(where.raw, where.file, where.folder, where.line)
    else:
        json_file = read_json(Path(where.file) if isinstance(where, Source) else where)
    references, entry_problems = look_up_entries(json_file, find_directory(json_file.folder, directory))
    if entry_problems or not is_valid(json_file.data, "case"):
        raise _error(json_file, references, entry_problems)
    json_file = merge_entries(json_file, references)
    return LoadedCase(msgspec.convert(json_file.fields, Case), json_file, references)


def load_draft(where: Path | Source, directory: Path | None = None) -> LoadedCase:
    """Read a case for a draft: what it lacks is blank. Raise CaseError if its id is missing, or anything is wrong."""
    try:
        return load_case(where, directory)
    except IncompleteCaseError as error:
        if "case_id" not in error.json_file.data:
            raise
        case = draft_case(error.json_file.fields)
        questions = tuple(replace(problem, severity="warning") for problem in error.problems)
        return LoadedCase(case, error.json_file, error.references, questions)


def _error(json_file: JsonFile, references: References, entry_problems: list[Problem]) -> CaseError:
    missing = missing_fields(json_file.data, "case")
    if not missing:
        return CaseError([*check_schema(json_file, "case"), *entry_problems])
    from pipeline.case.questions import ask  # noqa: PLC0415 - a valid case needs no explanation

    questions = ask(json_file)
    asked = [_missing_field(question) for question in questions]
    # No question is asked about a field that only another field requires, or an optional part.
    others = [pointer for pointer in missing if not _is_asked(f"{pointer}/", asked)]
    violations = check_schema(json_file, "case") if others else ()
    problems = [each for each in violations if not _is_asked(_missing_field(each), asked)]
    if entry_problems or not questions:
        return CaseError([*entry_problems, *questions, *problems])
    return IncompleteCaseError(merge_entries(json_file, references), references, [*questions, *problems])


def _missing_field(problem: Problem) -> str:
    return f"{problem.pointer}/{problem.args['field']}/"


def _is_asked(pointer: str, asked: Iterable[str]) -> bool:
    return any(pointer.startswith(each) or each.startswith(pointer) for each in asked)
