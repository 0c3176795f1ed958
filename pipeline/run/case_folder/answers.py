"""Answers to the open questions of a case, saved one by one in its file, which otherwise stays as it is."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from pipeline.case.half_case import half_case
from pipeline.case.load import IncompleteCaseError, LoadedCase, load_case
from pipeline.case.printable import check_characters
from pipeline.case.source import Source
from pipeline.errors import CaseError, InputError, Problem
from pipeline.formats.files import is_folder, read
from pipeline.formats.json.edit import change_text
from pipeline.formats.json.reader import JsonFile, parse_json, read_json
from pipeline.formats.json.schema import check_schema
from pipeline.formats.messages import Words, words
from pipeline.options import CheckOptions
from pipeline.packet.planned_case import plan_case
from pipeline.packet.set_files import load_template_set
from pipeline.packet.template_set import Field
from pipeline.publish.folder import FOLDER_HINT, publish_file, writing
from pipeline.run.case_folder.case_text import ROOM
from pipeline.run.case_folder.fields import find_field, value_at, with_value, with_values
from pipeline.run.case_folder.paper_guess import question_of_day
from pipeline.run.case_folder.places import PAPERS, make_places, places
from pipeline.visa.rules.checks import check_half_case, check_rules

#: The code of a required field that is absent: its problem is a question.
REQUIRED = "schema-required"
#: The fields of the case that fill an empty field of a document.
_OF_DOCUMENTS: Mapping[Field, tuple[str, ...]] = {
    "plan_title": ("/treatment/plan_title",),
    "plan_number": ("/treatment/plan_number",),
    "risk_class": ("/treatment/risk_class",),
    "committee": ("/treatment/committee_name", "/treatment/committee_number"),
    "cell_processing": ("/treatment/cell_processing",),
}
#: The field that answers the finding of a rule.
_OF_RULES = {"DOC-06": "/treatment/need_for_visits", "VIS-08": "/visa/agency"}
#: The order in which people are asked.
WHO = ("patient", "hospital", "guarantor", "agency")


@dataclass(frozen=True, slots=True)
class OpenField:
    """A field to ask for. ``problem`` has the question about a required field, ``question`` that about a paper."""

    pointer: str
    who: str
    problem: Problem | None = None
    question: Words | None = None


@dataclass(frozen=True, slots=True)
class OpenFields:
    """The open fields of a case, in the order of the people who know them, and how many are filled in."""

    fields: tuple[OpenField, ...]
    filled: int | None = None
    required: int | None = None


def open_fields(path: Path, options: CheckOptions) -> OpenFields:
    """Return the fields that the case at ``path`` lacks: the required ones, then those of documents and papers.

    Raises CaseError if something else is wrong.
    """
    try:
        loaded = load_case(path, options.directory)
    except CaseError as error:
        if any(problem.code != REQUIRED for problem in error.problems):
            raise
        fields = [_open(problem) for problem in error.problems]
        counts = next((each.args for each in error.problems if "filled" in each.args), {})
        numbers = (int(counts[name]) if name in counts else None for name in ("filled", "required"))
        return OpenFields(tuple(sorted(fields, key=lambda each: WHO.index(each.who))), *numbers)
    return OpenFields(tuple(_of_documents(loaded, options)))


def _of_documents(loaded: LoadedCase, options: CheckOptions) -> Iterator[OpenField]:
    """Yield the optional fields without which a document has an empty field, or a rule finds a fault."""
    packet = plan_case(loaded, options).packet
    empty = {field for bundle in packet.files for each in bundle.lacks_values for field in each.fields}
    found = [pointer for field in empty for pointer in _OF_DOCUMENTS.get(field, ())]
    if "lodging" in empty:
        found += [
            f"/treatment/visits/{index}/lodging"
            for index, visit in enumerate(loaded.case.treatment.visits)
            if not visit.hospitalised and visit.lodging is None
        ]
    rules = {problem.code for problem in check_rules(loaded.case, options.as_of, loaded.json_file)}
    found += [pointer for rule, pointer in _OF_RULES.items() if rule in rules]
    for pointer in found:
        if value_at(loaded.json_file.data, pointer) is None:
            yield OpenField(pointer, "agency" if pointer.startswith("/visa") else "hospital")
    for index, paper in enumerate(loaded.case.attachments):
        asked = question_of_day(paper.paper)
        if asked is not None and paper.issued_on is None:
            question = words("days", asked, room=ROOM)
            named = {language: f"{paper.path}: {text}" for language, text in question.items()}
            yield OpenField(f"/attachments/{index}/issued_on", "agency", question=named)


def pointer_of(problem: Problem) -> str | None:
    """Return the pointer of the field that a problem is about: that of the missing field for a question."""
    return f"{problem.pointer}/{problem.args['field']}" if problem.code == REQUIRED else problem.pointer


def _open(problem: Problem) -> OpenField:
    return OpenField(pointer_of(problem) or "", problem.args.get("who", "agency"), problem)


def checked_value(pointer: str, answer: str) -> Any:
    """Return the value of an answer to one field. Raise InputError if the field cannot have it."""
    value = find_field(pointer).value_of(answer)
    wrong = list(_violations(_parse(json.dumps(with_value({}, pointer, value), ensure_ascii=False), Path())))
    if wrong:
        raise InputError(wrong)
    return value


def change_case(path: Path, changes: Mapping[str, Any], options: CheckOptions) -> list[Problem]:
    """Save values at pointers of the case at ``path``. Return what the rules newly find, without notes.

    A value of None removes the field. Raises InputError, and saves nothing, if a value is not one that the field can
    have; CaseError if the file cannot be read; OutputError.
    """
    before = read_json(path)
    data = before.data if isinstance(before.data, dict) else {}
    data = with_values(data, changes)
    text = change_text(before.text, data)
    if text == before.text:
        return []
    after = _parse(text, path)
    wrong = _new(_violations(before), _violations(after))
    if wrong:
        raise InputError(wrong)
    mark = BOM_UTF8 * read(path, len(BOM_UTF8)).startswith(BOM_UTF8)
    publish_file(mark + text.encode(), path, lambda _former: True)
    former, found = _findings(before, options), _findings(after, options)
    return [] if former is None or found is None else _new(former, found)


def refresh_places(path: Path, options: CheckOptions) -> None:
    """Create the folders of papers that a case in a folder of its own needs by now. Raises OutputError."""
    if not is_folder(path.parent / PAPERS):
        return
    try:
        case = half_case(read_json(path).fields)
    except (CaseError, msgspec.ValidationError):
        return  # what is wrong with it is reported elsewhere
    with writing(path.parent, FOLDER_HINT):
        make_places(path.parent, places(case, load_template_set(options.templates)))


def _parse(text: str, path: Path) -> JsonFile:
    """Return the text of a changed case as JSON. Raise InputError for characters that no case may have."""
    try:
        return parse_json(text.encode(), str(path), path.parent)
    except CaseError as error:
        raise InputError(error.problems) from None


def _new(former: Iterable[Problem], found: Iterable[Problem]) -> list[Problem]:
    known = {(problem.code, problem.pointer) for problem in former}
    return [problem for problem in found if (problem.code, problem.pointer) not in known]


def _violations(json_file: JsonFile) -> Iterator[Problem]:
    yield from (problem for problem in check_schema(json_file, "case") if problem.code != REQUIRED)
    yield from (problem for problem in check_characters(json_file) if problem.severity == "error")


def _findings(json_file: JsonFile, options: CheckOptions) -> list[Problem] | None:
    """Return the errors and warnings that rules find in a case that may lack fields; None if it is invalid."""
    try:
        source = Source(json_file.name, json_file.folder, json_file.text.encode())
        json_file = load_case(source, options.directory).json_file
    except IncompleteCaseError as error:
        json_file = error.json_file
    except CaseError:
        return None
    found = check_half_case(json_file.fields, options.as_of, json_file)
    return [problem for problem in found if problem.severity != "info"]
