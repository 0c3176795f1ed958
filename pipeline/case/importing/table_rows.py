"""A row becomes a case, which remembers from which cell each of its fields came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from pipeline.case.importing.cell_values import plain, value_of
from pipeline.case.importing.cells import Cell, Columns, FaultError, Table
from pipeline.case.importing.column_mapping import Column, Mapping, Part
from pipeline.errors import CaseError, Problem
from pipeline.formats.json.reader import JsonFile


@dataclass(slots=True)
class Row:
    """The case of a row. ``cells`` are those that filled a field, ``empty`` those that could have, by pointer."""

    read_from: Sequence[Cell]
    case: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    empty: dict[str, Cell] = field(default_factory=dict)
    faults: dict[str, Problem] = field(default_factory=dict)

    def forget(self, pointer: str) -> None:
        """Take the empty cells below ``pointer`` as meant to be empty."""
        self.empty = {key: cell for key, cell in self.empty.items() if not key.startswith(f"{pointer}/")}


def find_columns(table: Table, mapping: Mapping, document: JsonFile) -> Columns:
    """Where each column of the mapping is. Raises CaseError with all that are missing or there twice."""
    found: dict[str, Cell] = {}
    problems: list[Problem] = []
    wanted = {_header(header): (header, place) for header, place in _headers(mapping)}
    for cell in table.header:
        name = _header(str(cell.value or ""))
        if name in found and name in wanted:
            message, hint = "another column has the same header", "give each column a header of its own"
            problems.append(cell.problem(table.file, "column-repeated", message, hint))
        found.setdefault(name, cell)
    for name, (header, place) in wanted.items():
        if name not in found:
            message = f"row {mapping.header_row} of the table has no column {header!r}"
            near = get_close_matches(name, found, n=1)
            hint = f"is it the one at {found[near[0]].place}?" if near else "write it as in the table; see header_row"
            problems.append(document.problem("column-missing", place, message, hint))
    if problems:
        raise CaseError(problems)
    return {name: cell.column for name, cell in found.items()}


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes cases of the rows of one table."""

    table: Table
    columns: Columns
    mapping: Mapping

    def read(self, cells: Sequence[Cell]) -> Row:
        """The case of one row, with all that is wrong with its cells."""
        row = Row(cells)
        self._fill(row, "", row.case, self.mapping, None)
        return row

    def _fill(self, row: Row, base: str, target: dict[str, Any], part: Part, number: int | None) -> bool:
        """Fill ``target``, which stands at ``base`` of the case; returns whether anything stood in its cells."""
        is_there = False
        for column in part.columns:
            is_there |= self._fill_field(row, base, target, column, number)
        for entries in part.lists:
            listed = _list_at(target, entries.to)
            for each in [number] if number else range(1, entries.times + 1):
                pointer, entry = f"{base}{entries.to}/{len(listed)}", dict[str, Any]()
                if self._fill(row, pointer, entry, entries, each):
                    listed.append(entry)
                    is_there = True
                else:  # an entry that is not there lacks nothing
                    row.forget(pointer)
        if is_there:
            for constant in part.constants:
                _set(target, constant.to, constant.value)
        return is_there

    def _fill_field(self, row: Row, base: str, target: dict[str, Any], column: Column, number: int | None) -> bool:
        cell = self.table.cell(row.read_from, self.columns[_header(_numbered(column.header, number))])
        pointer = base + column.to
        try:
            value = value_of(cell, column, self.mapping.date_formats)
        except FaultError as fault:
            row.faults[pointer] = cell.problem(self.table.file, fault.code, fault.message, fault.hint, pointer)
            return True
        if value is None:
            row.empty[pointer] = cell
            return False
        row.cells[pointer] = cell
        _set(target, column.to, value)
        return True


def _set(target: dict[str, Any], pointer: str, value: Any) -> None:
    *steps, last = pointer.split("/")[1:]
    for step in steps:
        target = target.setdefault(step, {})
    target[last] = value


def _list_at(case: dict[str, Any], pointer: str) -> list[Any]:
    """The list at ``pointer``, made if it is not there."""
    *steps, last = pointer.split("/")[1:]
    for step in steps:
        case = case.setdefault(step, {})
    listed: list[Any] = case.setdefault(last, [])
    return listed


def _headers(part: Part, place: str = "", number: int | None = None) -> Iterator[tuple[str, str]]:
    """Each header that the mapping names, with its place there."""
    for index, column in enumerate(part.columns):
        yield _numbered(column.header, number), f"{place}/columns/{index}/column"
    for index, entries in enumerate(part.lists):
        for each in [number] if number else range(1, entries.times + 1):
            yield from _headers(entries, f"{place}/lists/{index}", each)


def _numbered(header: str, number: int | None) -> str:
    return header if number is None else header.replace("{n}", str(number))


def _header(text: str) -> str:
    """A header as it is compared: without the spaces and line ends that people put there."""
    return " ".join(plain(text).split())
