"""Convert a row to a case, and record which cell each field comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from pipeline.case.importing.cell_values import convert_cell
from pipeline.case.importing.cells import ROOM, Cell, CellError, Columns, Row, SourceTable, comparable
from pipeline.case.importing.column_mapping import Column, ColumnGroup, TableMapping
from pipeline.case.importing.field_types import find_field
from pipeline.errors import CaseError, Problem
from pipeline.formats.json.reader import JsonFile
from pipeline.formats.messages import worded_problem


@dataclass(slots=True)
class CaseRow:
    """The case of a row. By JSON pointer: the cells that filled a field, the empty ones, and the problems of others."""

    source: Row
    case: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    empty: dict[str, Cell] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Entry:
    """An object of the case that is being filled: its pointer, its fields, and its number in ``{n}`` of a header."""

    pointer: str
    fields: dict[str, Any]
    number: int | None = None


def find_columns(table: SourceTable, mapping: TableMapping, json_file: JsonFile) -> Columns:
    """Find the columns of the mapping. Raise CaseError with all columns that are missing or occur twice."""
    cells: dict[str, Cell] = {}
    problems: list[Problem] = []
    wanted = {comparable(header): (header, place) for header, place in list_headers(mapping)}
    for cell in table.header.values():
        name = comparable(cell.value)
        if name in cells and name in wanted:
            problem = worded_problem("column-repeated", room=ROOM)
            problems.append(replace(problem, file=table.file, place=table.place(cell)))
        cells.setdefault(name, cell)
    for name, (header, place) in wanted.items():
        if name not in cells:
            near = get_close_matches(name, cells.keys() - wanted, n=1)
            args: dict[str, object] = {"row": mapping.header_row, "header": header}
            key = "column-missing"
            if near:
                key, args["cell"] = "column-missing/near", table.address(cells[near[0]])
            problems.append(json_file.locate(worded_problem(key, room=ROOM, **args), place))
    if problems:
        raise CaseError(problems)
    return {name: cell.column for name, cell in cells.items()}


@dataclass(frozen=True, slots=True)
class RowReader:
    """Converts the rows of one table to cases."""

    table: SourceTable
    columns: Columns
    mapping: TableMapping
    schema: str = "case"

    def read(self, cells: Row) -> CaseRow:
        """Return the case of one row, with the problems of its cells."""
        row = CaseRow(cells)
        self._fill(row, _Entry("", row.case), self.mapping)
        return row

    def _fill(self, row: CaseRow, entry: _Entry, group: ColumnGroup) -> bool:
        """Fill ``entry`` from the columns of ``group``. Return False if all its cells are empty."""
        is_filled = False
        for column in (each for each in group.columns if each.is_used):
            is_filled |= self._fill_field(row, entry, column)
        for columns in group.lists:
            entries: list[Any] = _parent(entry.fields, columns.to).setdefault(columns.to.rpartition("/")[2], [])
            for number in [entry.number] if entry.number else range(1, columns.times + 1):
                inner = _Entry(f"{entry.pointer}{columns.to}/{len(entries)}", {}, number)
                if self._fill(row, inner, columns):
                    entries.append(inner.fields)
                    is_filled = True
                else:  # no entry, so that none of its fields is missing
                    below = f"{inner.pointer}/"
                    row.empty = {key: cell for key, cell in row.empty.items() if not key.startswith(below)}
        for pointer in {each.to for each in group.lists}:
            _remove_if_missing(entry, pointer, self.schema)
        if is_filled:
            for constant in (each for each in group.constants if each.is_used):
                for pointer, value in constant.fields():
                    set_field(entry.fields, pointer, value)
        return is_filled

    def _fill_field(self, row: CaseRow, entry: _Entry, column: Column) -> bool:
        number = self.columns[comparable(_numbered(column.header, entry.number))]
        cell = self.table.cell(row.source, number)
        pointer = entry.pointer + column.to
        field = find_field(pointer, self.schema)
        try:
            value = convert_cell(cell, column, self.mapping, field)
        except CellError as error:
            row.problems[pointer] = replace(error.problem, file=self.table.file, place=self.table.place(cell, pointer))
            return True
        if value is None:
            row.empty[pointer] = cell
            return False
        row.cells[pointer] = cell
        if field and field.shape == "name":
            for part, text in value.items():
                row.cells[f"{pointer}/{part}"] = cell
                set_field(entry.fields, f"{column.to}/{part}", text)
        else:
            set_field(entry.fields, column.to, value)
        return True


def _parent(fields: dict[str, Any], pointer: str) -> dict[str, Any]:
    """Return the object that contains the field at ``pointer``, after creating it if necessary."""
    for step in pointer.split("/")[1:-1]:
        fields = fields.setdefault(step, {})
    return fields


def _remove_if_missing(entry: _Entry, pointer: str, schema: str) -> None:
    """Remove a list without entries that must have some: its field is missing, not empty."""
    parent, name = _parent(entry.fields, pointer), pointer.rpartition("/")[2]
    field = find_field(entry.pointer + pointer, schema)
    if not parent[name] and field and field.part.get("minItems"):
        del parent[name]
        above = pointer.rpartition("/")[0]
        if above and not parent:
            _parent(entry.fields, above).pop(above.rpartition("/")[2])


def set_field(fields: dict[str, Any], pointer: str, value: Any) -> None:
    """Set the field at ``pointer``, after creating the objects that contain it."""
    _parent(fields, pointer)[pointer.rpartition("/")[2]] = value


def list_headers(group: ColumnGroup, place: str = "", number: int | None = None) -> Iterator[tuple[str, str]]:
    """Yield each header in the mapping, with its JSON pointer."""
    for index, column in enumerate(group.columns):
        if column.is_used:
            yield _numbered(column.header, number), f"{place}/columns/{index}/column"
    for index, columns in enumerate(group.lists):
        for each in [number] if number else range(1, columns.times + 1):
            yield from list_headers(columns, f"{place}/lists/{index}", each)


def _numbered(header: str, number: int | None) -> str:
    return header if number is None else header.replace("{n}", str(number))
