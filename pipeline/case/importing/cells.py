"""A table as it was read, whatever kind of file it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.errors import CellPlace, Problem

#: More than any agency's table; a file that claims more is refused.
MAX_ROWS = 100_000
MAX_COLUMNS = 1_000

Value = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None


class FaultError(Exception):
    """Why a cell cannot be used, and what to do. Never holds what stands in the cell."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        self.code, self.message, self.hint = code, message, hint
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``place`` is its address; ``zeros`` to how many digits its format fills a number up."""

    place: str
    row: int
    column: int
    value: Value = None
    is_formula: bool = False
    is_error: bool = False
    zeros: int = 0

    def problem(self, file: str, code: str, message: str, hint: str, pointer: str | None = None) -> Problem:
        """An error at this cell."""
        return Problem(code, "error", message, hint, file, self.filling(pointer))

    def filling(self, pointer: str | None) -> CellPlace:
        """Return the place of this cell, which fills the field of the case at ``pointer``."""
        return CellPlace(self.place, self.row, self.column, pointer)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table, each with every cell up to its last; the header's first."""

    file: str
    header: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    #: what stands before the address of a cell: the sheet with an exclamation mark, or nothing
    prefix: str = ""

    def cell(self, row: Sequence[Cell], column: int) -> Cell:
        """The cell of a row in the column with that number from 1; an empty one beyond the row's end."""
        return row[column - 1] if column <= len(row) else self.empty(row[0].row, column)

    def empty(self, row: int, column: int) -> Cell:
        """A cell in which nothing stands."""
        return Cell(f"{self.prefix}{letters(column)}{row}", row, column)


#: header -> number of its column, from 1
Columns = Mapping[str, int]


def letters(column: int) -> str:
    """The letters of a column by its number from 1: A to Z, then AA and so on."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found
