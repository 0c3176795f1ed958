"""Read untrusted workbooks (.xlsx): within limits, without macros; formulas are rejected later, cell by cell."""

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

from pipeline.case.importing.cells import MAX_COLUMNS, MAX_ROWS, Cell, SourceTable
from pipeline.errors import CaseError, Problem
from pipeline.formats.zip_archive import BROKEN, ArchiveLimits, check_archive, declares_doctype

#: One part may have all bytes, and the highest ratio of the format: a column of equal values has it.
_LIMITS = ArchiveLimits(
    entries=2_000, total_bytes=100_000_000, xml_bytes=100_000_000, part_bytes=100_000_000, ratio=2_000
)
_OLE = b"\xd0\xcf\x11\xe0"
#: A number format of zeros alone pads a number, such as 000000 for a postal code.
_ZEROS = re.compile(r"0{2,15}")
#: Errors that openpyxl raises for a damaged workbook.
_BROKEN = (
    *(*BROKEN, InvalidFileException, ParseError),
    *(KeyError, TypeError, AttributeError, IndexError),
)


def read_workbook(content: bytes, name: str, sheet: str | None, header_row: int) -> SourceTable:
    """Read one sheet of a workbook; without ``sheet``, its only one. Raise CaseError."""
    _check_file(content, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about content that openpyxl would lose when it writes
            book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            return _table(_select_sheet(book, sheet, name), name, header_row)
    except _BROKEN as error:
        message = f"the workbook is damaged ({type(error).__name__})"
        raise _error("table-damaged", message, "open it in the spreadsheet program and save it again", name) from None


def _check_file(content: bytes, name: str) -> None:
    """Raise CaseError if the file is not a workbook, or could exhaust the computer."""
    if content.startswith(_OLE):
        is_encrypted = "EncryptedPackage".encode("utf-16-le") in content
        kind = "protected by a password" if is_encrypted else "an old .xls file under another name"
        hint = "save it without a password" if is_encrypted else "open it and save it as .xlsx"
        raise _error("table-kind", f"the workbook is {kind}", hint, name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            problem = next(_archive_problems(archive, name), None)
    except _BROKEN:
        message = "this is not a workbook: it is no ZIP archive, or a damaged one"
        raise _error("table-kind", message, "open it in the spreadsheet program and save it as .xlsx", name) from None
    if problem:
        raise CaseError(problem)


def _archive_problems(archive: zipfile.ZipFile, file: str) -> Iterator[Problem]:
    def report(message: str, part: str | None = None) -> Problem:
        hint = "open it in the spreadsheet program and save it as .xlsx"
        return Problem("table-refused", "error", f"{part}: {message}" if part else message, hint, file)

    names = archive.namelist()
    if "xl/workbook.xml" not in names:
        yield report("the archive contains no workbook")
    if any("vbaproject" in name.lower() for name in names):
        yield report("the workbook has macros")
    yield from check_archive(archive, _LIMITS, report)
    for name in names:
        if name.endswith((".xml", ".rels")) and declares_doctype(archive.read(name)):
            yield report("this part declares a document type or entities", name)


def _select_sheet(book: Any, wanted: str | None, name: str) -> Any:
    sheets = {sheet.title.strip(): sheet for sheet in book.worksheets}
    if wanted is None and len(sheets) == 1:
        return next(iter(sheets.values()))
    if wanted is None or wanted.strip() not in sheets:
        message = "the workbook has several sheets" if wanted is None else "the workbook has no sheet of this name"
        count = "1 sheet" if len(sheets) == 1 else f"{len(sheets)} sheets"
        raise _error("table-sheet", message, f'set "sheet" in the mapping; the workbook has {count}', name)
    return sheets[wanted.strip()]


def _table(sheet: Any, name: str, header_row: int) -> SourceTable:
    sheet.reset_dimensions()  # the size that the file claims may be false
    header: list[Cell] = []
    rows = []
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > MAX_ROWS + header_row or len(cells) > MAX_COLUMNS:
            message = f"the sheet has more than {MAX_ROWS:,} rows or {MAX_COLUMNS:,} columns"
            raise _error("table-size", message, "split it, or delete empty cells that have a format", name)
        row = [_cell(cell, number, column, sheet.title) for column, cell in enumerate(cells, start=1)]
        if number == header_row:
            header = row
        elif number > header_row and any(str(cell.value or "").strip() for cell in row):
            rows.append(row)
    return SourceTable(name, header, rows, sheet.title)


def _cell(cell: Any, row: int, column: int, sheet: str) -> Cell:
    value = cell.value
    if value is None:
        return Cell(row, column, sheet=sheet)
    is_padded = isinstance(value, int | float) and _ZEROS.fullmatch(cell.number_format or "")
    return Cell(
        row,
        column,
        value if isinstance(value, str | int | float) or hasattr(value, "resolution") else str(value),
        sheet,
        is_formula=cell.data_type == "f",
        is_error=cell.data_type == "e",
        zeros=len(cell.number_format) if is_padded else 0,
    )


def _error(code: str, message: str, hint: str, name: str) -> CaseError:
    return CaseError(Problem(code, "error", message, hint, name))
