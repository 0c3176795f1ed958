"""What the form has and the file does not: checking it while a person types, and saving it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.case.load import IncompleteCaseError, load_case
from pipeline.case.printable import check_characters
from pipeline.case.source import Source
from pipeline.errors import CaseError, Problem
from pipeline.formats.files import read
from pipeline.formats.json.edit import change_text
from pipeline.formats.json.reader import MAX_BYTES, JsonFile, parse_json
from pipeline.language import Language
from pipeline.options import CheckOptions
from pipeline.run.case_folder.answers import change_case
from pipeline.run.case_folder.fields import find_field, value_at, with_value
from pipeline.run.check import with_findings
from pipeline.visa.rules.checks import check_rules

_SAVING = threading.Lock()


class ChangedMeanwhileError(Exception):
    """The file is not the one that the form was made from. ``values`` are those of the file for the changed fields."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__()
        self.values = values


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case file as it is on the disk."""

    path: Path
    json_file: JsonFile

    @classmethod
    def read(cls, path: Path) -> CaseFile:
        """Read a case. Raises CaseError if it is no JSON, OSError."""
        return cls(path, parse_json(read(path, MAX_BYTES), path.name, path.parent))

    @property
    def etag(self) -> str:
        """The version of the file."""
        return self.json_file.sha256


def check_unsaved(file: CaseFile, answers: Mapping[str, str], options: CheckOptions) -> list[Problem]:
    """Return the findings on a case with answers that are not saved, questions among them.

    A value that its field cannot have is reported, and counts as absent for the rest.
    """
    data = file.json_file.data
    for pointer, answer in answers.items():
        data = with_value(data, pointer, value_of(pointer, answer))
    found = _findings(file, data, options)
    wrong = {problem.pointer for problem in found if problem.pointer and _is_violation(problem)}
    if not wrong:
        return found
    for pointer in wrong:
        data = with_value(data, pointer, None)
    rest = [problem for problem in _findings(file, data, options) if pointer_of(problem) not in wrong]
    return [*filter(_is_violation, found), *rest]


def _is_violation(problem: Problem) -> bool:
    return problem.code.startswith("schema-") and problem.code != "schema-required"


def _findings(file: CaseFile, data: Any, options: CheckOptions) -> list[Problem]:
    text = change_text(file.json_file.text, data)
    try:
        loaded = load_case(Source(file.path.name, file.path.parent, text.encode()), options.directory)
    except IncompleteCaseError as error:
        return list(with_findings(error, options).problems)
    except CaseError as error:
        return list(error.problems)
    return [*check_characters(loaded.json_file), *check_rules(loaded.case, options.as_of, loaded.json_file)]


def save_answers(path: Path, etag: str, answers: Mapping[str, str], options: CheckOptions) -> CaseFile:
    """Save answers, and return the new version of the file. Raises as ``save_values`` does."""
    return save_values(path, etag, {pointer: value_of(pointer, answer) for pointer, answer in answers.items()}, options)


def save_values(path: Path, etag: str, values: Mapping[str, Any], options: CheckOptions) -> CaseFile:
    """Save values at pointers, and return the new version of the file.

    Raises ChangedMeanwhileError if it has another version than ``etag``, InputError for a value that a field cannot
    have; then nothing is saved.
    """
    with _SAVING:
        former = CaseFile.read(path)
        if former.etag != etag:
            raise ChangedMeanwhileError({pointer: value_at(former.json_file.data, pointer) for pointer in values})
        change_case(path, values, options)
        return CaseFile.read(path)


def change_length(file: CaseFile, pointer: str, *, longer: bool) -> dict[str, Any]:
    """Return the change that adds an empty entry to a list, or removes its last one."""
    length = len(value_at(file.json_file.data, pointer) or [])
    return {f"{pointer}/{length}": {}} if longer else {f"{pointer}/{length - 1}": None}


def value_of(pointer: str, answer: str) -> Any:
    """Return the value of what stands in an input; None for nothing, which removes the field."""
    return find_field(pointer).value_of(answer) if answer.strip() else None


def pointer_of(problem: Problem) -> str | None:
    """Return the pointer of the field that a problem is about: that of the missing field for a question."""
    return f"{problem.pointer}/{problem.args['field']}" if problem.code == "schema-required" else problem.pointer


def findings_json(problems: Iterable[Problem], language: Language) -> list[dict[str, Any]]:
    """Return findings for the page, each at the pointer of its field."""
    return [_finding(problem, language) for problem in problems]


def _finding(problem: Problem, language: Language) -> dict[str, Any]:
    shown = problem.in_language(language)
    return {
        "pointer": pointer_of(problem),
        "severity": "question" if problem.code == "schema-required" else problem.severity,
        "code": problem.code,
        "message": shown.message,
        "hint": shown.hint,
        "who": problem.args.get("who"),
    }
