"""Workbooks (.xlsx) of a stranger: within limits, without macros, formulas left to be refused cell by cell."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from pipeline.case.importing.cells import MAX_COLUMNS, MAX_ROWS, Cell, Table, letters
from pipeline.errors import CaseError, Problem
from pipeline.formats.zip_archive import BROKEN, ArchiveLimits, check_archive, declares_doctype

#: One part may have all bytes, and be packed as tightly as the format allows: a column of equal values is.
_LIMITS = ArchiveLimits(
    entries=2_000, total_bytes=100_000_000, xml_bytes=100_000_000, part_bytes=100_000_000, ratio=2_000
)
_OLE = b"\xd0\xcf\x11\xe0"
#: A number format of zeros alone fills a number up, as 000000 a postal code.
_ZEROS = re.compile(r"0{2,15}")
_BROKEN = (
    *(*BROKEN, InvalidFileException, ParseError),
    *(KeyError, TypeError, AttributeError, IndexError),
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
            problem = next(_problems(archive, name), None)
    except _BROKEN:
        message = "this is not a workbook: no ZIP archive, or a damaged one"
        raise _wrong("table-kind", message, "open it in the spreadsheet program and save it as .xlsx", name) from None
    if problem:
        raise CaseError(problem)


def _problems(archive: zipfile.ZipFile, file: str) -> Iterator[Problem]:
    def problem(message: str, part: str | None = None) -> Problem:
        hint = "open it in the spreadsheet program and save it as .xlsx"
        return Problem("table-refused", "error", f"{part}: {message}" if part else message, hint, file)

    names = archive.namelist()
    if "xl/workbook.xml" not in names:
        yield problem("the archive contains no workbook")
    if any("vbaproject" in name.lower() for name in names):
        yield problem("the workbook has macros")
    yield from check_archive(archive, _LIMITS, problem)
    for name in names:
        if name.endswith((".xml", ".rels")) and declares_doctype(archive.read(name)):
            yield problem("this part declares a document type or entities", name)


def _wrong(code: str, message: str, hint: str, name: str) -> CaseError:
    return CaseError(Problem(code, "error", message, hint, name))
