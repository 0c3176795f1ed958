"""What the form has and the file does not: checking it while a person types, and saving it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipeline.case.source import Source
from pipeline.errors import Problem
from pipeline.formats.json.edit import change_text
from pipeline.language import Language
from pipeline.options import CheckOptions
from pipeline.run.case_folder.answers import pointer_of
from pipeline.run.case_folder.fields import find_field, value_at, with_value
from pipeline.run.case_folder.saving import CaseFile, save_values
from pipeline.run.check import check_text


def check_unsaved(file: CaseFile, answers: Mapping[str, str], options: CheckOptions) -> list[Problem]:
    """Return the findings on a case with answers that are not saved, questions among them.

    A value that its field cannot have is reported, and counts as absent for the rest.
    """
    data, violations, found = _without_wrong(file, answers, options)
    if not violations:
        return found
    wrong = {problem.pointer for problem in violations}
    rest = [problem for problem in _findings(file, data, options) if pointer_of(problem) not in wrong]
    return [*violations, *rest]


def unsaved_text(file: CaseFile, answers: Mapping[str, str], options: CheckOptions) -> bytes:
    """Return the text of a case with answers that are not saved, without the values that their fields cannot have."""
    data, _, _ = _without_wrong(file, answers, options)
    return change_text(file.json_file.text, data).encode()


def _without_wrong(
    file: CaseFile, answers: Mapping[str, str], options: CheckOptions
) -> tuple[Any, list[Problem], list[Problem]]:
    """Return a case with answers, without the wrong values; the problems of these, and all findings with them."""
    data = file.json_file.data
    for pointer, answer in answers.items():
        data = with_value(data, pointer, value_of(pointer, answer))
    found = _findings(file, data, options)
    violations = [problem for problem in found if _is_violation(problem)]
    for pointer in {problem.pointer for problem in violations if problem.pointer}:
        data = with_value(data, pointer, None)
    return data, violations, found


def _is_violation(problem: Problem) -> bool:
    return problem.code.startswith("schema-") and problem.code != "schema-required"


def _findings(file: CaseFile, data: Any, options: CheckOptions) -> list[Problem]:
    text = change_text(file.json_file.text, data)
    return check_text(Source(file.path.name, file.path.parent, text.encode()), options)


def save_answers(path: Path, etag: str, answers: Mapping[str, str], options: CheckOptions) -> CaseFile:
    """Save answers, and return the new version of the file. Raises as ``save_values`` does."""
    return save_values(path, etag, {pointer: value_of(pointer, answer) for pointer, answer in answers.items()}, options)


def change_length(file: CaseFile, pointer: str, *, longer: bool) -> dict[str, Any]:
    """Return the change that adds an empty entry to a list, or removes its last one."""
    length = len(value_at(file.json_file.data, pointer) or [])
    return {f"{pointer}/{length}": {}} if longer else {f"{pointer}/{length - 1}": None}


def value_of(pointer: str, answer: str) -> Any:
    """Return the value of what stands in an input; None for nothing, which removes the field."""
    return find_field(pointer).value_of(answer) if answer.strip() else None


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
