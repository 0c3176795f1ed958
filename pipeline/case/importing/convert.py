"""Convert a table to cases: read it, fill the fields, check each case by its schema, place every problem in a cell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from pipeline.case.base import ID
from pipeline.case.directory import FOLDER, Kind, entry_path
from pipeline.case.importing.cells import ROOM, Cell, SourceTable, comparable
from pipeline.case.importing.column_mapping import TableMapping, read_mapping
from pipeline.case.importing.field_types import find_field, titles
from pipeline.case.importing.table_file import read_table
from pipeline.case.importing.table_reading import TableRequest
from pipeline.case.importing.table_rows import CaseRow, RowReader, find_columns, list_headers
from pipeline.case.source import CASE_FILE
from pipeline.errors import CaseError, CellPlace, Problem
from pipeline.formats.json.reader import JsonFile, parse_json
from pipeline.formats.json.schema import check_schema, missing_fields
from pipeline.formats.messages import Words, prefixed, worded_problem
from pipeline.language import LANGUAGES

#: The first cell of a row of totals, with or without a number. 计 alone is also a surname, so nothing else may follow.
_TOTAL = re.compile(r"(?:合计|合計|总计|總計|小计|小計|共计|計|计|total)[\s:(]*[0-9]*\s*[人名位件]?\)?")


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file made from a row: a case, or an entry of the directory. ``name`` is its id, ``path`` where it belongs.

    It is valid by its schema, except that required fields of a case may be missing, for which there are ``questions``.
    """

    name: str
    row: int
    content: bytes
    path: PurePosixPath
    questions: tuple[Problem, ...] = ()
    source: FilledFields | None = None


@dataclass(frozen=True, slots=True)
class FilledFields:
    """Where the fields of a file come from: the table, its cells by JSON pointer, and the schema of the file."""

    table: SourceTable
    cells: Mapping[str, Cell]
    schema: str

    def address(self, pointer: str) -> str | None:
        """Return the address of the cell of a field or of a part of it, or None if it comes from no cell."""
        known = (key for key in self.cells if _is_at_or_below(key, pointer) or _is_at_or_below(pointer, key))
        found = next(known, None)
        return None if found is None else self.table.address(self.cells[found])

    def title(self, pointer: str) -> Words:
        """Return the title of a field in each language, or its pointer if it has none."""
        field = find_field(pointer, self.schema)
        return titles(field) if field else dict.fromkeys(LANGUAGES, pointer)


@dataclass(frozen=True, slots=True)
class RowForm:
    """What the rows of a table become: files of a kind, with an id in a field of their own."""

    kind: Literal["case"] | Kind = "case"
    id_pointer: str = "/case_id"

    @property
    def schema(self) -> str:
        """The schema of the files."""
        return "case" if self.kind == "case" else f"{FOLDER}-{self.kind}"

    def path(self, name: str) -> PurePosixPath:
        """Return where the file of an id belongs."""
        return PurePosixPath(name, CASE_FILE) if self.kind == "case" else entry_path(self.kind, name)


def convert_table(table: Path, mapping: Path, encoding: str = "utf-8") -> tuple[list[ImportedFile], list[Problem]]:
    """Return the cases of a table, and all problems of its other rows in order.

    Raise CaseError if the table or the mapping as a whole cannot be used.
    """
    columns, document = read_mapping(mapping)
    headers = frozenset(comparable(header) for header, _ in list_headers(columns))
    request = TableRequest(columns.header_row, columns.sheet, encoding=encoding, headers=headers)
    source = read_table(table, request)
    if not source.rows:
        raise CaseError(replace(worded_problem("table-empty", room=ROOM), file=source.file))
    return convert_rows(source, columns, document, RowForm())


def convert_rows(
    source: SourceTable, columns: TableMapping, document: JsonFile, form: RowForm
) -> tuple[list[ImportedFile], list[Problem]]:
    """Return the files of the rows of a table, and all problems of its other rows in order."""
    reader = RowReader(source, find_columns(source, columns, document), columns, form.schema)
    files: list[ImportedFile] = []
    problems: dict[tuple[object, ...], Problem] = {}
    first_cells: dict[str, Cell] = {}
    for cells in source.rows:
        row = reader.read(cells)
        if _is_total(row, form):
            note = replace(worded_problem("row-total", room=ROOM), severity="info")
            first = next(iter(cells.values()))
            problems[first.row, first.column] = replace(note, file=source.file, place=source.place(first))
            continue
        made, row_problems = _convert_row(row, source, document, form)
        row_problems += _repeated_id(row, first_cells, source, form)
        for problem in row_problems:  # a problem of the mapping is reported once, not for each row
            problems.setdefault((problem.file, problem.place, problem.code, problem.message), problem)
        if made and not row_problems:
            files.append(made)
    return files, sorted(problems.values(), key=_order)


def _is_total(row: CaseRow, form: RowForm) -> bool:
    """Return True for a row of totals: it begins with a word for them, and has no id."""
    first, name = next(iter(row.source.values())), row.cells.get(form.id_pointer)
    is_named = name is not None and name.column != first.column
    return not is_named and _TOTAL.fullmatch(comparable(first.value).casefold()) is not None


def _convert_row(
    row: CaseRow, table: SourceTable, mapping: JsonFile, form: RowForm
) -> tuple[ImportedFile | None, list[Problem]]:
    name = row.case.get(form.id_pointer[1:])
    fields = row.case
    if form.kind == "case":
        fields.setdefault("attachments", [])  # papers are added to the case
    else:
        fields = {"plans": [], **fields} if form.kind == "hospital" else fields
        fields = {key: value for key, value in fields.items() if key != form.id_pointer[1:]}
    content = (json.dumps(fields, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "surrogatepass")
    problems, questions = _check(content, table, form)
    placed = [*row.problems.values(), *_at_cells(problems, row, table, mapping)]
    if form.kind != "case" and not (isinstance(name, str) and ID.fullmatch(name)):
        cell = row.cells.get(form.id_pointer) or row.empty.get(form.id_pointer) or next(iter(row.source.values()))
        problem = worded_problem("directory-name/row", room=ROOM)
        placed.append(replace(problem, file=table.file, place=table.place(cell)))
    if placed or not isinstance(name, str):
        return None, placed
    source = FilledFields(table, {**row.cells, **row.empty}, form.schema)
    return ImportedFile(name, next(iter(row.source.values())).row, content, form.path(name), questions, source), []


def _order(problem: Problem) -> tuple[bool, int, int]:
    """Problems of the mapping come first, then those of cells by row."""
    return isinstance(problem.place, CellPlace), problem.line or 0, problem.column or 0


def _repeated_id(row: CaseRow, first_cells: dict[str, Cell], table: SourceTable, form: RowForm) -> list[Problem]:
    cell, name = row.cells.get(form.id_pointer), row.case.get(form.id_pointer[1:])
    if cell is None or not isinstance(name, str):
        return []
    first = first_cells.setdefault(name, cell)
    if first is cell:
        return []
    problem = worded_problem("case-id-repeated", room=ROOM, cell=table.address(first))
    return [replace(problem, file=table.file, place=table.place(cell, form.id_pointer))]


def _check(content: bytes, table: SourceTable, form: RowForm) -> tuple[Iterable[Problem], tuple[Problem, ...]]:
    """Return the problems of a file by its schema, and the questions for the missing fields of a case."""
    try:
        json_file = parse_json(content, table.file, Path())
    except CaseError as error:  # such as a control character
        return error.problems, ()
    missing = missing_fields(json_file.data, form.schema)
    if missing and form.kind == "case" and form.id_pointer not in missing:
        from pipeline.case.questions import ask  # noqa: PLC0415 - a complete case needs no explanation

        return (), tuple(ask(json_file))
    problems = check_schema(json_file, form.schema)
    if form.kind == "case":  # what may be missing is no problem beside others
        problems = [each for each in problems if each.code != "schema-required" or each.args["field"] == "case_id"]
    return problems, ()


def _at_cells(problems: Iterable[Problem], row: CaseRow, table: SourceTable, mapping: JsonFile) -> Iterator[Problem]:
    """Place each problem at the cell that the field comes from."""
    for problem in problems:
        pointer = problem.pointer or ""
        cell = row.cells.get(pointer)
        if problem.code == "schema-required":  # placed at the object without the field
            pointer = f"{pointer}/{problem.args['field']}"
            cell = next((row.empty[key] for key in row.empty if _is_at_or_below(key, pointer)), None)
        elif problem.code == "schema-unknown-field":  # an error of the mapping, whatever the cell contains
            cell = None
        if any(_is_at_or_below(key, pointer) for key in row.problems):
            continue  # the cell of the field already has a problem
        if cell is not None:
            yield replace(problem, place=table.place(cell, problem.pointer))
        else:
            yield _at_mapping(problem, pointer, mapping)


def _is_at_or_below(pointer: str, ancestor: str) -> bool:
    return pointer == ancestor or pointer.startswith(f"{ancestor}/")


def _at_mapping(problem: Problem, pointer: str, mapping: JsonFile) -> Problem:
    """Place a problem that no cell can fix at the entry of the mapping that fills the field, or at its top."""
    targets = [
        (entry["to"], f"/{key}/{index}")
        for key in ("columns", "constants", "lists")
        for index, entry in enumerate(mapping.data.get(key, ()))
        if pointer.startswith(entry["to"])
    ]
    place = max(targets, default=("", ""), key=lambda target: len(target[0]))[1]
    return mapping.locate(prefixed(problem, dict.fromkeys(LANGUAGES, f"{pointer or '/'}: ")), place)
