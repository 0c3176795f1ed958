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
    comparable,
    normalise,
)
from pipeline.errors import CaseError, JsonPlace, Problem

#: UTF-8 with or without a byte order mark, and the encodings of Chinese and Japanese spreadsheet programs.
ENCODINGS = ("utf-8", "gb18030", "shift_jis")
_CODECS = {"utf-8": "utf-8-sig", "shift_jis": "cp932"}

#: Separators of other programs and countries.
_SEPARATORS = {";": "semicolon", "\t": "tab"}
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
                raise _error("table-size", TOO_LARGE, "split it; check the separator and the quotes")
            if row == header_row:
                header = filled
            elif filled:
                rows.append(filled)
    except csv.Error:
        message = "a quoted text in this line is not closed, or more text follows it"
        raise _error("table-damaged", message, "export the table again as CSV", reader.line_num) from None
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
        raise _error("table-separator", "this line is for Excel only and no row of the table", "delete it", 1)
    found = {separator: headers & _header(text, header_row, separator) for separator in (",", *_SEPARATORS)}
    best = max(found, key=lambda separator: len(found[separator]))  # the comma, if there are equals
    if best != ",":
        message = f"the separator of this file is the {_SEPARATORS[best]}, not the comma"
        raise _error("table-separator", message, "save it as CSV with commas, or as .xlsx", header_row)


def _header(text: str, header_row: int, separator: str) -> set[str]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        values = next(islice(reader, header_row - 1, None), [])
    except csv.Error:
        return set()
    return {comparable(value) for value in values[:MAX_COLUMNS]}


def _decode(content: bytes, encoding: str) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _error("file-encoding", "the file is in UTF-16", "save it as CSV in UTF-8")
    if content.startswith(b"PK\x03\x04") or b"\0" in content:
        message = "the file name ends in .csv, but the content is not text"
        raise _error("table-kind", message, "correct the file name")
    try:
        return content.decode(_CODECS.get(encoding, encoding))
    except UnicodeDecodeError as error:
        others = " or ".join(other for other in ENCODINGS if other != encoding)
        message = f"the file is not in {encoding}: the first invalid byte is in this line"
        line = content.count(b"\n", 0, error.start) + 1
        raise _error("file-encoding", message, f"name its encoding with --encoding {others}", line) from None


def _error(code: str, message: str, hint: str, line: int | None = None) -> CaseError:
    return CaseError(Problem(code, "error", message, hint, place=JsonPlace(line=line)))
