"""What the form has and the file does not: checking it while a person types, and saving it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.case.source import Source
from pipeline.cli.desk.field_words import field_words, with_titles
from pipeline.errors import InputError, Problem
from pipeline.formats.json.edit import change_text
from pipeline.formats.messages import has_words, words
from pipeline.language import Language
from pipeline.options import CheckOptions
from pipeline.run.case_folder.answers import pointer_of
from pipeline.run.case_folder.fields import find_field, value_at, with_values
from pipeline.run.case_folder.saving import CaseFile, save_values
from pipeline.run.check import check_text

#: Where a problem is solved that is not in a field, after the address of the case.
_LEADS_TO = {"add-packet": "/done", "signed-draft": "/done"}


@dataclass(frozen=True, slots=True)
class UnsavedCase:
    """The text of a case with answers that are not saved, without wrong values, and all findings, also questions."""

    text: bytes
    problems: list[Problem]


def read_unsaved(file: CaseFile, answers: Mapping[str, str], options: CheckOptions) -> UnsavedCase:
    """Return a case with answers. A value that its field cannot have is a finding, and absent from the rest."""
    data = with_values(file.json_file.data, {pointer: value_of(pointer, answer) for pointer, answer in answers.items()})
    whole = _checked(file, data, options)
    violations = [problem for problem in whole.problems if _is_violation(problem)]
    if not violations:
        return whole
    wrong = {problem.pointer for problem in violations}
    rest = _checked(file, with_values(data, dict.fromkeys(filter(None, wrong))), options)
    return UnsavedCase(rest.text, [*violations, *(each for each in rest.problems if pointer_of(each) not in wrong)])


def _is_violation(problem: Problem) -> bool:
    return problem.code.startswith("schema-") and problem.code != "schema-required"


def _checked(file: CaseFile, data: Any, options: CheckOptions) -> UnsavedCase:
    text = change_text(file.json_file.text, data).encode()
    return UnsavedCase(text, check_text(Source(file.path.name, file.path.parent, text), options))


@dataclass(frozen=True, slots=True)
class SavedAnswers:
    """The version of a file that has the answers, and what is wrong with those that were left out."""

    file: CaseFile
    wrong: tuple[Problem, ...] = ()


def save_answers(path: Path, etag: str, answers: Mapping[str, str], options: CheckOptions) -> SavedAnswers:
    """Save the answers that their fields can have. Raises as ``save_values`` does, and also if none of them is."""
    values = {pointer: value_of(pointer, answer) for pointer, answer in answers.items()}
    wrong: list[Problem] = []
    while True:
        try:
            return SavedAnswers(save_values(path, etag, values, options), tuple(wrong))
        except InputError as error:
            wrong += error.problems
            named = {problem.pointer for problem in error.problems} & values.keys()
            values = {pointer: value for pointer, value in values.items() if pointer not in named}
            if not named or not values:
                raise InputError(wrong) from None


def with_entry(file: CaseFile, pointer: str) -> dict[str, Any]:
    """Return the change that adds an empty entry to the list at ``pointer``."""
    return {f"{pointer}/{len(value_at(file.json_file.data, pointer) or [])}": {}}


def without_entry(file: CaseFile, pointer: str) -> dict[str, Any]:
    """Return the change that removes the entry at ``pointer`` from its list.

    The papers of a companion leave the case too, and those of the next ones follow their number.
    """
    change: dict[str, Any] = {pointer: None}
    parent, _, number = pointer.rpartition("/")
    if parent != "/companions":
        return change
    gone = int(number) + 1
    for listed in ("attachments", "edited_documents"):
        entries = value_at(file.json_file.data, f"/{listed}")
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            companion = _companion(entry)
            if companion == gone:
                change[f"/{listed}/{index}"] = None
            elif companion > gone:
                change[f"/{listed}/{index}/person"] = f"companion-{companion - 1}"
    return change


def _companion(entry: Any) -> int:
    """Return the number of the companion whose paper this is, 0 for anybody else."""
    person = entry.get("person") if isinstance(entry, dict) else None
    number = person.removeprefix("companion-") if isinstance(person, str) else ""
    return int(number) if number.isdecimal() else 0


def value_of(pointer: str, answer: str) -> Any:
    """Return the value of what stands in an input; None for nothing, which removes the field."""
    return find_field(pointer).value_of(answer) if answer.strip() else None


def findings_json(problems: Iterable[Problem], language: Language) -> list[dict[str, Any]]:
    """Return findings for the page, each at the pointer of its field."""
    return [_finding(problem, language) for problem in problems]


def _finding(problem: Problem, language: Language) -> dict[str, Any]:
    shown, pointer = problem.in_language(language), pointer_of(problem)
    message, hint = shown.message, shown.hint
    if (problem.code.startswith("schema-") and problem.cell is None) or problem.code in _LEADS_TO:
        hint = ""  # it is written for the file; the page has the description of the field, or a link
        if "who" not in problem.args and has_words("desk", problem.code, "cli"):
            message = words("desk", problem.code, room="cli")[language]
    return {
        "pointer": pointer,
        "field": field_words(pointer, language),
        "severity": "question" if problem.code == "schema-required" else problem.severity,
        "code": problem.code,
        "message": with_titles(message, language),
        "hint": with_titles(hint, language),
        "who": problem.args.get("who"),
        "leads_to": _LEADS_TO.get(problem.code),
    }
