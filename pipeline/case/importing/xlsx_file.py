"""Workbooks (.xlsx) of a stranger: within limits, without macros, formulas left to be refused cell by cell."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from pipeline.case.importing.cells import MAX_COLUMNS, MAX_ROWS, Cell, Table, letters
from pipeline.errors import CaseError, Problem

_MAX_ENTRIES = 2_000
_MAX_TOTAL_BYTES = 100_000_000
_ENCRYPTED = 0x1
_OLE = b"\xd0\xcf\x11\xe0"
#: A number format of zeros alone fills a number up, as 000000 a postal code.
_ZEROS = re.compile(r"0{2,15}")
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError, EOFError, OSError),
    *(KeyError, ValueError, TypeError, AttributeError, IndexError, NotImplementedError, RuntimeError),
)


def read_workbook(content: bytes, name: str, sheet: str | None, header_row: int) -> Table:
    """One sheet of a workbook; the only one when ``sheet`` is None. Raises CaseError."""
    _let_in(content, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what the library does not keep when it writes
            book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            return _table(_sheet(book, sheet, name), name, header_row)
    except _BROKEN as error:
        message = f"the workbook is damaged ({type(error).__name__})"
        raise _wrong("table-damaged", message, "open it in the spreadsheet program and save it again", name) from None


def _sheet(book: Any, wanted: str | None, name: str) -> Any:
    titles = {sheet.title.strip(): sheet for sheet in book.worksheets}
    if wanted is None and len(titles) == 1:
        return next(iter(titles.values()))
    if wanted is None or wanted.strip() not in titles:
        message = "the workbook has several sheets" if wanted is None else "the workbook has no sheet of this name"
        raise _wrong("table-sheet", message, f'name it in the mapping as "sheet"; there are {len(titles)}', name)
    return titles[wanted.strip()]


def _table(sheet: Any, name: str, header_row: int) -> Table:
    prefix = f"{sheet.title}!"
    sheet.reset_dimensions()  # what the file says about its size need not be true
    header: list[Cell] = []
    rows = []
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > MAX_ROWS + header_row or len(cells) > MAX_COLUMNS:
            message = f"the sheet has more than {MAX_ROWS:,} rows or {MAX_COLUMNS:,} columns"
            raise _wrong("table-size", message, "split it, or delete what is formatted and empty", name)
        row = [_cell(cell, prefix, number, column) for column, cell in enumerate(cells, start=1)]
        if number == header_row:
            header = row
        elif number > header_row and any(str(cell.value or "").strip() for cell in row):
            rows.append(row)
    return Table(name, header, rows, prefix)


def _cell(cell: Any, prefix: str, row: int, column: int) -> Cell:
    place, value = f"{prefix}{letters(column)}{row}", cell.value
    if value is None:
        return Cell(place, row, column)
    is_filled = isinstance(value, int | float) and _ZEROS.fullmatch(cell.number_format or "")
    return Cell(
        place,
        row,
        column,
        value if isinstance(value, str | int | float) or hasattr(value, "resolution") else str(value),
        is_formula=cell.data_type == "f",
        is_error=cell.data_type == "e",
        zeros=len(cell.number_format) if is_filled else 0,
    )


def _let_in(content: bytes, name: str) -> None:
    """Raise CaseError for what is no workbook, or one that could exhaust the machine."""
    if content.startswith(_OLE):
        is_encrypted = "EncryptedPackage".encode("utf-16-le") in content
        kind = "protected by a password" if is_encrypted else "an old .xls file under another name"
        hint = "save it without a password" if is_encrypted else "open it and save it as .xlsx"
        raise _wrong("table-kind", f"the workbook is {kind}", hint, name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            reason = next(_reasons(archive), None)
    except _BROKEN:
        message = "this is not a workbook: no ZIP archive, or a damaged one"
        raise _wrong("table-kind", message, "open it in the spreadsheet program and save it as .xlsx", name) from None
    if reason:
        raise _wrong("table-refused", reason, "open it in the spreadsheet program and save it as .xlsx", name)


def _reasons(archive: zipfile.ZipFile) -> Iterator[str]:
    entries = archive.infolist()
    if "xl/workbook.xml" not in archive.namelist():
        yield "the archive holds no workbook"
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        yield "the archive is encrypted"
    if any("vbaproject" in entry.filename.lower() for entry in entries):
        yield "the workbook has macros"
    # zipfile unpacks no more than an entry claims.
    if len(entries) > _MAX_ENTRIES or sum(entry.file_size for entry in entries) > _MAX_TOTAL_BYTES:
        yield f"unpacked, the workbook has more than {_MAX_TOTAL_BYTES // 1_000_000} MB or {_MAX_ENTRIES:,} parts"
        return
    for entry in entries:
        # Without NUL, a text in UTF-16 shows its letters too.
        if entry.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(entry).replace(b"\0", b""):
            yield "a part of the workbook declares a document type or entities"


def _wrong(code: str, message: str, hint: str, name: str) -> CaseError:
    return CaseError(Problem(code, "error", message, hint, name))
