"""Cells and tables, independent of the kind of file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from pipeline.errors import CaseError, CellPlace, Problem

#: More than any agency's table; larger tables are rejected.
MAX_ROWS = 100_000
MAX_COLUMNS = 1_000

Value = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None


class CellError(CaseError):
    """A cell cannot be used. Its problem has no place: the caller knows the cell. It never contains the value."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        self.problem = Problem(code, "error", message, hint)
        super().__init__(self.problem)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``zeros`` is the number of digits to which its format pads a number."""

    row: int
    column: int
    value: Value = None
    sheet: str | None = None
    is_formula: bool = False
    is_error: bool = False
    zeros: int = 0

    @property
    def address(self) -> str:
        """The address as a spreadsheet shows it, such as ``Cases!B7``."""
        address = f"{get_column_letter(self.column)}{self.row}"
        return f"{self.sheet}!{address}" if self.sheet is not None else address

    def place(self, pointer: str | None = None) -> CellPlace:
        """Return the place of this cell, which fills the field of the case at ``pointer``."""
        return CellPlace(self.address, self.row, self.column, pointer)


@dataclass(frozen=True, slots=True)
class SourceTable:
    """The rows of a table, each with every cell up to its last one."""

    file: str
    header: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    sheet: str | None = None

    def cell(self, row: Sequence[Cell], column: int) -> Cell:
        """Return the cell of a row in a column, counted from 1; an empty one beyond the end of the row."""
        return row[column - 1] if column <= len(row) else Cell(row[0].row, column, sheet=self.sheet)


#: header -> number of its column, from 1
Columns = Mapping[str, int]
