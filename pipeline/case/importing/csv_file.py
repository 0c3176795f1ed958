"""Read CSV files, in which every cell is text, in the encoding that the user names."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Set as AbstractSet
from itertools import islice

from pipeline.case.importing.cells import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    TOO_LARGE,
    Cell,
    SourceTable,
    TableError,
    comparable,
    normalise,
)

#: UTF-8 with or without a byte order mark, and the encodings of Chinese and Japanese spreadsheet programs.
ENCODINGS = ("utf-8", "gb18030", "shift_jis")
_CODECS = {"utf-8": "utf-8-sig", "shift_jis": "cp932"}

#: Separators of other programs and countries.
_SEPARATORS = {";": "table-separator/semicolon", "\t": "table-separator/tab"}
_QUOTED = re.compile(r'="((?:[^"]|"")*)"')


def read_csv(content: bytes, header_row: int, encoding: str, headers: AbstractSet[str]) -> SourceTable:
    """Read a CSV file whose separator is the comma. ``headers`` are those of the mapping. Raise CaseError."""
    text = _decode(content, encoding)
    _check_separator(text, header_row, headers)
    header: dict[int, Cell] = {}
    rows: list[dict[int, Cell]] = []
    count = 0
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row, values in enumerate(reader, start=1):
            if row < header_row:
                continue
            cells = [_cell(row, column, value) for column, value in enumerate(values, start=1) if value]
            filled = {cell.column: cell for cell in cells if normalise(cell.value)}
            count += len(filled)
            if filled and (row > MAX_ROWS + header_row or max(filled) > MAX_COLUMNS or count > MAX_CELLS):
                raise TableError("table-size/csv", message_args=TOO_LARGE)
            if row == header_row:
                header = filled
            elif filled:
                rows.append(filled)
    except csv.Error:
        raise TableError("table-damaged/csv", reader.line_num) from None
    return SourceTable(header, rows)


def _cell(row: int, column: int, value: str) -> Cell:
    """Return a cell; ``="1"`` is a text that a spreadsheet must not read as a number."""
    quoted = _QUOTED.fullmatch(value)
    if quoted:
        return Cell(row, column, quoted[1].replace('""', '"'))
    return Cell(row, column, value, "formula" if value.startswith("=") else "value")


def _check_separator(text: str, header_row: int, headers: AbstractSet[str]) -> None:
    """Raise CaseError if another separator than the comma makes the headers of the mapping appear."""
    if text.lower().startswith("sep="):
        raise TableError("table-separator/line", 1)
    found = {separator: headers & _header(text, header_row, separator) for separator in (",", *_SEPARATORS)}
    best = max(found, key=lambda separator: len(found[separator]))  # the comma, if there are equals
    if best != ",":
        raise TableError(_SEPARATORS[best], header_row)


def _header(text: str, header_row: int, separator: str) -> set[str]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        values = next(islice(reader, header_row - 1, None), [])
    except csv.Error:
        return set()
    return {comparable(value) for value in values[:MAX_COLUMNS]}


def _decode(content: bytes, encoding: str) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise TableError("file-encoding/wide")
    if content.startswith(b"PK\x03\x04") or b"\0" in content:
        raise TableError("table-kind/no-text")
    try:
        return content.decode(_CODECS.get(encoding, encoding))
    except UnicodeDecodeError as error:
        first, second = (other for other in ENCODINGS if other != encoding)
        line = content.count(b"\n", 0, error.start) + 1
        raise TableError("file-encoding", line, {"encoding": encoding, "first": first, "second": second}) from None
