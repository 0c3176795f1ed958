"""CSV files: all text, in the encoding that the user names."""

from __future__ import annotations

import codecs
import csv
import io

from pipeline.case.importing.cells import MAX_COLUMNS, MAX_ROWS, Cell, Table, letters
from pipeline.errors import CaseError, JsonPlace, Problem

#: What may be named: UTF-8 with or without its mark, and what Chinese and Japanese spreadsheet programs write.
ENCODINGS = ("utf-8", "gb18030", "shift_jis")
_CODECS = {"utf-8": "utf-8-sig", "shift_jis": "cp932"}


def read_csv(content: bytes, name: str, header_row: int, encoding: str) -> Table:
    """A CSV file, separated by commas. Raises CaseError."""
    rows = []
    reader = csv.reader(io.StringIO(_decoded(content, name, encoding), newline=""), strict=True)
    try:
        for number, values in enumerate(reader, start=1):
            if number > MAX_ROWS + header_row or len(values) > MAX_COLUMNS:
                message = f"the table has more than {MAX_ROWS:,} rows or {MAX_COLUMNS:,} columns"
                raise _wrong("table-size", message, "split it; check the separator and the quotes", name)
            rows.append([_cell(number, column, value) for column, value in enumerate(values, start=1)])
    except csv.Error:
        message = "the quotes of this line are not closed, or text follows them"
        raise _wrong("table-damaged", message, "export the table again as CSV", name, reader.line_num) from None
    body = [row for row in rows[header_row:] if any(str(cell.value).strip() for cell in row)]
    return Table(name, rows[header_row - 1] if len(rows) >= header_row else [], body)


def _cell(row: int, column: int, value: str) -> Cell:
    return Cell(f"{letters(column)}{row}", row, column, value, is_formula=value.startswith("="))


def _decoded(content: bytes, name: str, encoding: str) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _wrong("file-encoding", "the file is in UTF-16", "save it as CSV in UTF-8", name)
    if content.startswith(b"PK\x03\x04") or b"\0" in content:
        raise _wrong("table-kind", "the file's name says CSV, its content is no text", "give it the right name", name)
    try:
        return content.decode(_CODECS.get(encoding, encoding))
    except UnicodeDecodeError as error:
        others = " or ".join(other for other in ENCODINGS if other != encoding)
        message = f"the file is not in {encoding}: the first wrong byte is in this line"
        line = content.count(b"\n", 0, error.start) + 1
        raise _wrong("file-encoding", message, f"name its encoding with --encoding {others}", name, line) from None


def _wrong(code: str, message: str, hint: str, name: str, line: int | None = None) -> CaseError:
    return CaseError(Problem(code, "error", message, hint, name, JsonPlace(line=line)))
