"""Read CSV files, in which every cell is text, in the encoding that the user names."""

from __future__ import annotations

import codecs
import csv
import io

from pipeline.case.importing.cells import MAX_COLUMNS, MAX_ROWS, Cell, SourceTable
from pipeline.errors import CaseError, JsonPlace, Problem

#: UTF-8 with or without a byte order mark, and the encodings of Chinese and Japanese spreadsheet programs.
ENCODINGS = ("utf-8", "gb18030", "shift_jis")
_CODECS = {"utf-8": "utf-8-sig", "shift_jis": "cp932"}


def read_csv(content: bytes, name: str, header_row: int, encoding: str) -> SourceTable:
    """Read a CSV file whose separator is the comma. Raise CaseError."""
    rows = []
    reader = csv.reader(io.StringIO(_decode(content, name, encoding), newline=""), strict=True)
    try:
        for row, values in enumerate(reader, start=1):
            if row > MAX_ROWS + header_row or len(values) > MAX_COLUMNS:
                message = f"the table has more than {MAX_ROWS:,} rows or {MAX_COLUMNS:,} columns"
                raise _error("table-size", message, "split it; check the separator and the quotes", name)
            rows.append(
                [
                    Cell(row, column, value, is_formula=value.startswith("="))
                    for column, value in enumerate(values, start=1)
                ]
            )
    except csv.Error:
        message = "a quoted text in this line is not closed, or more text follows it"
        raise _error("table-damaged", message, "export the table again as CSV", name, reader.line_num) from None
    body = [row for row in rows[header_row:] if any(str(cell.value).strip() for cell in row)]
    return SourceTable(name, rows[header_row - 1] if len(rows) >= header_row else [], body)


def _decode(content: bytes, name: str, encoding: str) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _error("file-encoding", "the file is in UTF-16", "save it as CSV in UTF-8", name)
    if content.startswith(b"PK\x03\x04") or b"\0" in content:
        message = "the file name ends in .csv, but the content is not text"
        raise _error("table-kind", message, "correct the file name", name)
    try:
        return content.decode(_CODECS.get(encoding, encoding))
    except UnicodeDecodeError as error:
        others = " or ".join(other for other in ENCODINGS if other != encoding)
        message = f"the file is not in {encoding}: the first invalid byte is in this line"
        line = content.count(b"\n", 0, error.start) + 1
        raise _error("file-encoding", message, f"name its encoding with --encoding {others}", name, line) from None


def _error(code: str, message: str, hint: str, name: str, line: int | None = None) -> CaseError:
    return CaseError(Problem(code, "error", message, hint, name, JsonPlace(line=line)))
