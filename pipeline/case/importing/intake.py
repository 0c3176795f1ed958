"""The workbook to fill in: its columns, and how its sheets are read. ``case/data/intake.json`` lists them.

Row 1 of each sheet is hidden and has the pointers of the fields: it is the mapping. A row whose column A begins with #
is not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace as replace_struct

from pipeline.case.importing.cells import ROOM, Cell, Row, SourceTable, normalise
from pipeline.case.importing.column_mapping import parse_mapping
from pipeline.case.importing.convert import ImportedFile, RowForm, convert_rows
from pipeline.case.importing.field_types import FieldType, find_field, titles
from pipeline.case.importing.table_file import read_table
from pipeline.case.importing.table_reading import TableRequest
from pipeline.case.importing.vocabulary import absent_words, word_for
from pipeline.errors import CaseError, Problem
from pipeline.formats.json.reader import parse_json
from pipeline.formats.messages import Words, worded_problem
from pipeline.language import LANGUAGES, Language
from pipeline.resources import read_data

#: At the start of cell A1 of each sheet; the language of the workbook follows.
MARK = "#visa-packet"
#: At the start of column A in a row that is not read, and in the row of the example.
NOT_READ = "#"
EXAMPLE_MARK = "# 例"
#: The ids in the rows of the examples, by kind of row.
EXAMPLE_IDS: Mapping[str, str] = {"case": "example-0001", "hospital": "example-clinic", "guarantor": "example-office"}

_ENTRY = re.compile(r"(/companions|/treatment/visits|/plans)/([0-9]{1,2})(/.+)")
_PROCEDURE = re.compile(r"/procedures/([a-z_]+)")
_LANGUAGE_PART = re.compile(r"/(ja|en|zh)$")
#: Fields whose title says nothing without that of the object that contains them.
_IN_OBJECT = re.compile(r"/(?:employer|lodging)/[a-z]+$")
_IN_CAPITALS = ("surname", "given_names", "number")


@dataclass(frozen=True, slots=True)
class IntakeGroup:
    """Columns under one heading; folded ones are closed at first."""

    title: Words
    fields: tuple[str, ...]
    is_folded: bool


@dataclass(frozen=True, slots=True)
class IntakeSheet:
    """A sheet: its name, what its rows become, and its groups of columns."""

    name: str
    form: RowForm
    rows: int
    groups: tuple[IntakeGroup, ...]


@cache
def intake_sheets() -> tuple[IntakeSheet, ...]:
    """Return the sheets of the workbook to fill in, the patients first."""
    return tuple(
        IntakeSheet(
            each["name"],
            RowForm(each["kind"], each["id"]),
            each["rows"],
            tuple(IntakeGroup(g["title"], tuple(g["fields"]), g.get("folded", False)) for g in each["groups"]),
        )
        for each in read_data("intake", "case")["sheets"]
    )


def field_of(pointer: str, schema: str) -> FieldType | None:
    """Return the field of a column. Companions are numbered from 1; a procedure is named by its step."""
    return find_field(_PROCEDURE.sub("/procedures/*/date", pointer), schema)


def title_of_column(pointer: str, schema: str) -> Words:
    """Return the title of a column in each language."""
    step, part = _PROCEDURE.search(pointer), _LANGUAGE_PART.search(pointer)
    own: Words = _title(_PROCEDURE.sub("/procedures/*/date", pointer), schema)
    if step:
        field = find_field(f"{pointer[: step.start()]}/procedures/*/step", schema)
        whole = word_for(field, step[1]) if field else {}
    elif part or _IN_OBJECT.search(pointer):
        above = pointer.rpartition("/")[0]
        whole = title_of_column(above, schema) if _IN_OBJECT.search(above) else _title(above, schema)
    else:
        return own
    return {language: _composed(whole[language], own[language], language) for language in LANGUAGES}


def _title(pointer: str, schema: str) -> Words:
    special: Words | None = read_data("intake", "case")["titles"].get(pointer.rpartition("/")[2])
    field = find_field(pointer, schema)
    return special or (titles(field) if field else {})


def _composed(title: str, part: str, language: Language) -> str:
    return f"{title} ({part})" if language == "en" else f"{title}（{part}）"


def is_required(pointer: str, schema: str) -> bool:
    """Return True if a field is required wherever the object that contains it is."""
    if pointer == "/id":
        return True
    steps = pointer.split("/")[1:]
    for index, step in enumerate(steps):
        above = find_field("".join(f"/{each}" for each in steps[:index]), schema)
        if above is None or (not step.isdecimal() and step not in above.part.get("required", ())):
            return False
    return True


def read_intake(path: Path) -> tuple[list[ImportedFile], list[Problem]] | None:
    """Return the cases and entries of a workbook that was filled in, and its problems; None for another table."""
    files: list[ImportedFile] = []
    problems: list[Problem] = []
    for number, sheet in enumerate(intake_sheets()):
        try:
            table = read_table(path, TableRequest(1, sheet.name))
        except CaseError as error:
            if error.problems[0].code != "table-sheet":
                raise
            if number == 0:
                return None
            continue  # a sheet that was deleted
        mark = normalise(table.header[1].value) if 1 in table.header else ""
        if not mark.startswith(MARK):
            return None
        found, wrong = _convert_sheet(table, sheet, mark.removeprefix(MARK).strip())
        files += found
        problems += wrong
    if not files and not problems:
        raise CaseError(replace(worded_problem("table-empty/intake", room=ROOM), file=str(path)))
    return files, problems


def _convert_sheet(table: SourceTable, sheet: IntakeSheet, language: str) -> tuple[list[ImportedFile], list[Problem]]:
    form = sheet.form
    problems = [*_changed_examples(table, form), *_unknown_fields(table, form)]
    if problems:
        raise CaseError(problems)
    table = replace_struct(table, rows=[row for row in table.rows if not _mark(row).startswith(NOT_READ)])
    text = json.dumps(_mapping(table.header, language, form), ensure_ascii=False)
    document = parse_json(text.encode(), table.file, Path())
    return convert_rows(table, parse_mapping(document, form.id_pointer), document, form) if table.rows else ([], [])


def _mark(row: Row) -> str:
    return normalise(row[1].value) if 1 in row else ""


def _changed_examples(table: SourceTable, form: RowForm) -> Iterator[Problem]:
    """Report an example that somebody has written over: a patient must not be left out."""
    column = next((cell.column for cell in table.header.values() if cell.value == form.id_pointer), 0)
    for row in table.rows:
        if _mark(row).startswith(EXAMPLE_MARK):
            cell = row.get(column) or next(iter(row.values()))
            if cell.value != EXAMPLE_IDS[form.kind]:
                problem = worded_problem("intake-example", room=ROOM)
                yield replace(problem, file=table.file, place=table.place(cell))


def _unknown_fields(table: SourceTable, form: RowForm) -> Iterator[Problem]:
    for cell in table.header.values():
        if cell.column > 1 and cell.value != "/id" and _target(cell, form) is None:
            problem = worded_problem("intake-field", room=ROOM)
            yield replace(problem, file=table.file, place=table.place(cell))


def _target(cell: Cell, form: RowForm) -> FieldType | None:
    return field_of(str(cell.value), form.schema) if str(cell.value).startswith("/") else None


def _mapping(header: Row, language: str, form: RowForm) -> Mapping[str, Any]:
    """Return the mapping for the pointers in the first row."""
    columns: list[dict[str, Any]] = []
    lists: dict[tuple[str, str], dict[str, Any]] = {}
    for cell in header.values():
        pointer = str(cell.value)
        entry = _ENTRY.fullmatch(pointer)
        if cell.column == 1:
            continue
        if entry is None:
            columns.append(_column(pointer, pointer, form))
            continue
        group = lists.setdefault((entry[1], entry[2]), {"to": entry[1], "columns": []})
        step = _PROCEDURE.fullmatch(entry[3])
        if step:
            constants = [{"to": "/step", "value": step[1]}]
            inner = {"to": "/procedures", "columns": [_column(pointer, "/date", form)], "constants": constants}
            group.setdefault("lists", []).append(inner)
        else:
            group["columns"].append(_column(pointer, entry[3], form))
    return {
        **({"language": language} if language in LANGUAGES else {}),
        "absent": list(absent_words()),
        "columns": columns,
        "constants": [{"to": "/tb_screening/steps", "value": {}}] if form.kind == "case" else [],
        "lists": [group for group in lists.values() if group["columns"]],
    }


def _column(pointer: str, to: str, form: RowForm) -> dict[str, Any]:
    name = to.rpartition("/")[2]
    case = {"case": "lower"} if pointer == form.id_pointer else {"case": "upper"} if name in _IN_CAPITALS else {}
    return {"column": pointer, "to": to, **case}
