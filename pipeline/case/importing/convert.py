"""The whole way of a table: read, mapped, each case checked by its schema, every problem at its cell."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.case.importing.cells import Cell, Table
from pipeline.case.importing.column_mapping import read_mapping
from pipeline.case.importing.table_file import read_table
from pipeline.case.importing.table_rows import Reader, Row, find_columns
from pipeline.errors import CaseError, CellPlace, JsonPlace, Problem
from pipeline.formats.json.reader import JsonFile, parse_json
from pipeline.formats.json.schema import check_schema


@dataclass(frozen=True, slots=True)
class MadeCase:
    """A case file that is right by its schema, and the row that it was made from."""

    case_id: str
    row: int
    content: bytes


def convert_table(table: Path, mapping: Path, encoding: str = "utf-8") -> tuple[list[MadeCase], list[Problem]]:
    """The cases of a table, and all that is wrong with its other rows, from the top down.

    Raises CaseError when the table or the mapping as a whole cannot be used.
    """
    wanted, document = read_mapping(mapping)
    read = read_table(table, wanted.sheet, wanted.header_row, encoding)
    reader = Reader(read, find_columns(read, wanted, document), wanted)
    if not read.rows:
        message = "no row of the table holds anything below its header"
        raise CaseError(
            Problem("table-empty", "error", message, "check sheet and header_row of the mapping", read.file)
        )
    made: list[MadeCase] = []
    problems: dict[tuple[object, ...], Problem] = {}
    first: dict[str, Cell] = {}
    for cells in read.rows:
        row = reader.read(cells)
        content = (json.dumps(row.case, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "surrogatepass")
        found = [*row.faults.values(), *_of_schema(row, content, read, document), *_repeated(row, first, read)]
        for problem in found:  # what is wrong with the mapping is told once, not for each row
            problems.setdefault((problem.file, problem.place, problem.code, problem.message), problem)
        if not found:
            made.append(MadeCase(row.case["case_id"], cells[0].row, content))
    return made, sorted(problems.values(), key=_order)


def _order(problem: Problem) -> tuple[bool, int, int]:
    return isinstance(problem.place, CellPlace), problem.line or 0, problem.column or 0


def _repeated(row: Row, first: dict[str, Cell], table: Table) -> Iterator[Problem]:
    """A problem when an earlier row has the same id."""
    cell, case_id = row.cells.get("/case_id"), row.case.get("case_id")
    if cell is None or not isinstance(case_id, str):
        return
    if case_id in first:
        hint = f"give each case its own id; the other is in {first[case_id].place}"
        yield cell.problem(table.file, "case-id-repeated", "an earlier row has the same case id", hint, "/case_id")
    first.setdefault(case_id, cell)


def _of_schema(row: Row, content: bytes, table: Table, mapping: JsonFile) -> Iterator[Problem]:
    """What the schema of cases finds, each at the cell that it came from."""
    try:
        found: Iterable[Problem] = check_schema(parse_json(content, table.file, Path()), "case")
    except CaseError as error:  # a control character, say
        found = error.problems
    for problem in found:
        pointer = problem.pointer or ""
        # The pointer of a missing field is that of the object around it.
        missing = f"{pointer}/{problem.args['field']}" if problem.code == "schema-required" else None
        if _is_told(missing or pointer, row):
            continue
        # A field that there is not comes from the mapping, whatever stands in the cell.
        cell = None if problem.code == "schema-unknown-field" else _cell_of(pointer, missing, row)
        if cell is not None:
            yield replace(problem, place=cell.filling(problem.pointer))
        else:
            yield _of_mapping(problem, missing or pointer, mapping)


def _is_told(pointer: str, row: Row) -> bool:
    """Whether something is told already of the cell that should have filled the field."""
    return any(told == pointer or told.startswith(f"{pointer}/") for told in row.faults)


def _cell_of(pointer: str, missing: str | None, row: Row) -> Cell | None:
    """The cell of a field; of one that is missing, the first empty cell that would have filled it."""
    if missing is None:
        return row.cells.get(pointer)
    return next((cell for key, cell in row.empty.items() if key == missing or key.startswith(f"{missing}/")), None)


def _of_mapping(problem: Problem, pointer: str, mapping: JsonFile) -> Problem:
    """A problem that no cell can mend: a constant, a field that no column fills, a field that there is not."""
    places = [(target, place) for target, place in _targets(mapping) if pointer.startswith(target)]
    place = max(places, default=("", ""), key=lambda found: len(found[0]))[1]
    line, column = mapping.places.value(place)
    message = f"{problem.message} (at {pointer or 'the top'} of the case)"
    return replace(problem, message=message, file=mapping.name, place=JsonPlace(place, line, column))


def _targets(mapping: JsonFile) -> Iterator[tuple[str, str]]:
    """Each pointer of the mapping into a case, with its place in the mapping; of lists, the list."""
    for key in ("columns", "constants", "lists"):
        for index, entry in enumerate(mapping.data.get(key, ())):
            yield entry["to"], f"/{key}/{index}"
