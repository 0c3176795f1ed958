"""Cells and tables, independent of the kind of file. They are also the messages of the process that reads tables."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import msgspec

from pipeline.errors import CaseError, CellPlace, JsonPlace
from pipeline.formats.messages import worded_problem
from pipeline.language import Language

#: A part of a message: a text, or one for each language.
MessagePart = str | dict[Language, str]
MessageParts = Mapping[str, MessagePart]
#: The room whose messages the import uses.
ROOM = "case"
#: More than any agency's table; larger tables are rejected.
MAX_ROWS = 100_000
MAX_COLUMNS = 1_000
#: Filled cells. Each takes 200 bytes of memory.
MAX_CELLS = 1_000_000
TOO_LARGE: MessageParts = {
    "rows": f"{MAX_ROWS:,}",
    "columns": f"{MAX_COLUMNS:,}",
    "cells": f"{MAX_CELLS:,}",
}

#: A date is its ISO text. "time" is a date or a number with a time of day, "unreadable" what is not even a number.
Kind = Literal["value", "date", "time", "formula", "error", "unreadable"]

#: A character in the way that workbooks write those that XML cannot hold: ``_x000D_``.
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
#: Whitespace and zero-width characters around a text.
_MARGIN = re.compile(r"\A[\s\u200b-\u200f\u2060\ufeff]+|[\s\u200b-\u200f\u2060\ufeff]+\Z")


class CellError(CaseError):
    """A cell cannot be used. Its problem has no place: the caller knows the cell. It never contains the value.

    ``key`` names its message, which ``args`` fill.
    """

    def __init__(self, key: str, **args: object) -> None:
        self.problem = worded_problem(key, room=ROOM, **args)
        super().__init__(self.problem)


class TableError(CaseError):
    """A table as a whole cannot be used. ``key`` names its message, which ``message_args`` fill."""

    def __init__(
        self, key: str, line: int | None = None, message_args: Mapping[str, MessagePart] | None = None
    ) -> None:
        self.key = key
        self.line = line
        self.message_args = dict(message_args or {})
        super().__init__(replace(worded_problem(key, room=ROOM, **self.message_args), place=JsonPlace(line=line)))


class Cell(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One cell. ``zeros`` is the number of digits to which its format pads a number."""

    row: int
    column: int
    value: str | int | float | bool | None = None
    kind: Kind = "value"
    zeros: int = 0


#: The filled cells of a row by the number of their column, from 1.
Row = Mapping[int, Cell]


class SourceTable(msgspec.Struct, frozen=True, tag=True):
    """The header of a table and the rows below it. Each row has at least one filled cell."""

    header: Row
    rows: Sequence[Row]
    sheet: str | None = None
    file: str = ""

    def cell(self, row: Row, column: int) -> Cell:
        """Return the cell of a row in a column; an empty one if the row has none there."""
        return row.get(column) or Cell(next(iter(row.values())).row, column)

    def address(self, cell: Cell) -> str:
        """Return the address of a cell as a spreadsheet shows it, such as ``Cases!B7``."""
        from openpyxl.utils import get_column_letter  # noqa: PLC0415 - loaded only for a problem

        address = f"{get_column_letter(cell.column)}{cell.row}"
        return f"{self.sheet}!{address}" if self.sheet is not None else address

    def place(self, cell: Cell, pointer: str | None = None) -> CellPlace:
        """Return the place of a cell, which fills the field of the case at ``pointer``."""
        return CellPlace(self.address(cell), cell.row, cell.column, pointer)


#: header -> number of its column, from 1
Columns = Mapping[str, int]


def normalise(value: object) -> str:
    """Return text without surrounding whitespace, and in half-width characters if those are all it needs."""
    text = "" if value is None else _MARGIN.sub("", str(value))
    narrow = unicodedata.normalize("NFKC", text)
    return narrow if narrow.isascii() else text


def comparable(value: object) -> str:
    """Return text for comparison: in half-width characters where there are any, and without extra whitespace."""
    return " ".join(unicodedata.normalize("NFKC", normalise(value)).split())


def unescape(text: str) -> str:
    """Return text with its characters instead of escapes such as ``_x000D_``."""
    if not _ESCAPE.search(text):
        return text
    units = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")  # joins the halves of a pair
