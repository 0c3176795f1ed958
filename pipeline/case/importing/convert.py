"""Convert a table to cases: read it, fill the fields, check each case by its schema, place every problem in a cell."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.case.importing.cells import Cell, SourceTable, comparable
from pipeline.case.importing.column_mapping import read_mapping
from pipeline.case.importing.table_file import read_table
from pipeline.case.importing.table_reading import TableRequest
from pipeline.case.importing.table_rows import CaseRow, RowReader, find_columns, list_headers
from pipeline.errors import CaseError, CellPlace, Problem
from pipeline.formats.json.reader import JsonFile, parse_json
from pipeline.formats.json.schema import check_schema


@dataclass(frozen=True, slots=True)
class ImportedCase:
    """A case file and the number of its row. It is valid by its schema, except that required fields may be missing."""

    case_id: str
    row: int
    content: bytes
    questions: tuple[Problem, ...] = ()


def convert_table(table: Path, mapping: Path, encoding: str = "utf-8") -> tuple[list[ImportedCase], list[Problem]]:
    """Return the cases of a table, and all problems of its other rows in order.

    Raise CaseError if the table or the mapping as a whole cannot be used.
    """
    columns, document = read_mapping(mapping)
    headers = frozenset(comparable(header) for header, _ in list_headers(columns))
    source = read_table(table, TableRequest(columns.header_row, columns.sheet, encoding=encoding, headers=headers))
    reader = RowReader(source, find_columns(source, columns, document), columns)
    if not source.rows:
        message, hint = "the table has no row below its header", "check sheet and header_row of the mapping"
        raise CaseError(Problem("table-empty", "error", message, hint, source.file))
    cases: list[ImportedCase] = []
    problems: dict[tuple[object, ...], Problem] = {}
    first_cells: dict[str, Cell] = {}
    for cells in source.rows:
        row = reader.read(cells)
        row.case.setdefault("attachments", [])  # papers are added to the case
        content = (json.dumps(row.case, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "surrogatepass")
        case_problems, questions = _check_case(row, content, source, document)
        row_problems = [*row.problems.values(), *case_problems, *_repeated_id(row, first_cells, source)]
        for problem in row_problems:  # a problem of the mapping is reported once, not for each row
            problems.setdefault((problem.file, problem.place, problem.code, problem.message), problem)
        if not row_problems:
            case_id = row.case["case_id"]
            cases.append(ImportedCase(case_id, next(iter(cells.values())).row, content, questions))
    return cases, sorted(problems.values(), key=_order)


def _order(problem: Problem) -> tuple[bool, int, int]:
    """Problems of the mapping come first, then those of cells by row."""
    return isinstance(problem.place, CellPlace), problem.line or 0, problem.column or 0


def _repeated_id(row: CaseRow, first_cells: dict[str, Cell], table: SourceTable) -> Iterator[Problem]:
    cell, case_id = row.cells.get("/case_id"), row.case.get("case_id")
    if cell is None or not isinstance(case_id, str):
        return
    if case_id in first_cells:
        message = "an earlier row has the same case id"
        hint = f"give each case its own id; the other is in {table.address(first_cells[case_id])}"
        yield Problem("case-id-repeated", "error", message, hint, table.file, table.place(cell, "/case_id"))
    first_cells.setdefault(case_id, cell)


def _check_case(
    row: CaseRow, content: bytes, table: SourceTable, mapping: JsonFile
) -> tuple[list[Problem], tuple[Problem, ...]]:
    """Return the problems of a case by its schema, and the questions for its missing fields."""
    try:
        json_file = parse_json(content, table.file, Path())
        problems: Iterable[Problem] = check_schema(json_file, "case")
    except CaseError as error:  # such as a control character
        return list(_at_cells(error.problems, row, table, mapping)), ()
    wrong = [problem for problem in problems if problem.code != "schema-required"]
    if "case_id" not in row.case:
        wrong += [problem for problem in problems if problem.args.get("field") == "case_id"]
    if wrong or not problems:
        return list(_at_cells(wrong, row, table, mapping)), ()
    from pipeline.case.questions import ask  # noqa: PLC0415 - a complete case needs no explanation

    return [], tuple(ask(json_file))


def _at_cells(problems: Iterable[Problem], row: CaseRow, table: SourceTable, mapping: JsonFile) -> Iterator[Problem]:
    """Place each problem at the cell that the field comes from."""
    for problem in problems:
        pointer = problem.pointer or ""
        cell = row.cells.get(pointer)
        if problem.code == "schema-required":  # placed at the object without the field
            pointer = f"{pointer}/{problem.args['field']}"
            cell = row.empty.get(pointer)
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
    message = f"{problem.message} (at {pointer or 'the top'} of the case)"
    return mapping.locate(replace(problem, message=message), place)
