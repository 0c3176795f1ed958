"""Read untrusted workbooks (.xlsx): within limits, without macros; formulas are rejected later, cell by cell."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast

from msgspec.structs import replace
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import from_excel
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from pipeline.case.importing.cells import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    TOO_LARGE,
    Cell,
    Kind,
    SourceTable,
    TableError,
    normalise,
    unescape,
)
from pipeline.errors import Problem
from pipeline.formats.zip_archive import BROKEN, ArchiveLimits, check_archive, declares_doctype
from pipeline.language import Language, format_count

#: A sheet may have all bytes. Spreadsheet programs pack a column of equal values to a twentieth of its size.
_LIMITS = ArchiveLimits(
    entries=2_000, total_bytes=100_000_000, xml_bytes=100_000_000, part_bytes=100_000_000, ratio=150
)
_OLE = b"\xd0\xcf\x11\xe0"
_STRICT = b"http://purl.oclc.org/ooxml/"
#: A number format of zeros alone pads a number, such as 000000 for a postal code.
_ZEROS = re.compile(r"0{2,15}")
#: Errors that openpyxl raises for a damaged workbook.
_BROKEN = (
    *(*BROKEN, InvalidFileException, SyntaxError),
    *(KeyError, TypeError, AttributeError, IndexError),
)
#: Types of cells that are rejected.
_REJECTED: Mapping[str, Kind] = {"f": "formula", "e": "error", "unreadable": "unreadable"}
#: Larger whole numbers fit in no message. A spreadsheet has none: it stores 15 digits.
_LARGEST = 2**63
#: Dates and times of Chinese and Japanese spreadsheet programs, which openpyxl takes for plain numbers.
BUILTIN_FORMATS.update(dict.fromkeys((*range(27, 37), *range(50, 59)), "yyyy-mm-dd"))


class _WorkbookReader(ExcelReader):
    """Reads all parts of a workbook but the sheets."""

    def read_strings(self) -> None:
        """Read the texts as they are stored: openpyxl would take out a part of their escapes."""
        part: Any = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                for _, element in iterparse(source):
                    if element.tag == f"{{{SHEET_MAIN_NS}}}si":
                        self.shared_strings.append(cast("Text", Text.from_tree(element)).content)
                        element.clear()


class _SheetParser(WorkSheetParser):
    """Reads a sheet cell by cell: one that cannot be read does not end the reading."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """Return what is in a cell. Dates are numbers."""
        try:
            cell: dict[str, Any] = super().parse_cell(element)
        except (ValueError, ArithmeticError, IndexError):
            cell = {"row": self.row_counter, "column": self.col_counter, "value": "?", "data_type": "unreadable"}
        return cell

    def parse_formula(self, element: Any) -> str:  # noqa: ARG002 - openpyxl's signature
        """Return a text that is not empty: a cell with a formula is rejected, whatever the formula is."""
        return "="


def read_workbook(content: bytes, sheet: str | None, header_row: int, *, any_sheet: bool = False) -> SourceTable:
    """Read one sheet of a workbook; without ``sheet``, its only one, or the largest. Raise CaseError."""
    _check_file(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about content that openpyxl would lose when it writes
            reader = _WorkbookReader(io.BytesIO(content), read_only=True, keep_links=False)
            reader.read()
            if any_sheet and sheet is None:
                return _largest_table(reader, header_row)
            return _table(reader, _select_sheet(reader.wb, sheet), header_row)
    except _BROKEN:
        raise TableError("table-damaged") from None


def _check_file(content: bytes) -> None:
    """Raise CaseError if the file is not a workbook, or could exhaust the computer."""
    if content.startswith(_OLE):
        is_encrypted = "EncryptedPackage".encode("utf-16-le") in content
        raise TableError("table-kind/password" if is_encrypted else "table-kind/old")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            problem = next(_archive_problems(archive), None)
    except _BROKEN:
        raise TableError("table-kind/no-archive") from None
    if problem:
        raise problem


def _archive_problems(archive: zipfile.ZipFile) -> Iterator[TableError]:
    def report(message: str, part: str | None = None) -> Problem:
        return Problem("table-refused", "error", f"{part}: {message}" if part else message, "")

    def refused() -> Iterator[Problem]:
        if "xl/workbook.xml" not in names:
            yield report("the archive contains no workbook")
        if any("vbaproject" in name.lower() for name in names):
            yield report("the workbook has macros")
        yield from check_archive(archive, _LIMITS, report)
        for name in names:
            if name.endswith((".xml", ".rels")) and declares_doctype(archive.read(name)):
                yield report("this part declares a document type or entities", name)

    names = archive.namelist()
    for problem in refused():
        yield TableError(problem.code, message_args={"message": problem.message})
    if _STRICT in archive.read("xl/workbook.xml"):
        yield TableError("table-kind/strict")


def _largest_table(reader: ExcelReader, header_row: int) -> SourceTable:
    """Return the visible sheet with the most filled cells."""
    sheets = [sheet for sheet in reader.wb.worksheets if sheet.sheet_state == "visible"] or reader.wb.worksheets
    tables = (_table(reader, sheet, header_row) for sheet in sheets)
    return max(tables, key=lambda table: sum(map(len, (table.header, *table.rows))), default=SourceTable({}, []))


def _select_sheet(book: Any, wanted: str | None) -> Any:
    sheets = {sheet.title.strip(): sheet for sheet in book.worksheets}
    if wanted is None and len(sheets) == 1:
        return next(iter(sheets.values()))
    if wanted is None or wanted.strip() not in sheets:
        number = str(len(sheets))
        count: dict[Language, str] = {"en": format_count(len(sheets), "sheet"), "ja": number, "zh": number}
        raise TableError("table-sheet/several" if wanted is None else "table-sheet", message_args={"count": count})
    return sheets[wanted.strip()]


def _table(reader: ExcelReader, sheet: Any, header_row: int) -> SourceTable:
    """Return the filled cells from the header down. The size of the sheet that the file claims may be false."""
    part = next(relation.target for found, relation in reader.parser.find_sheets() if found.name == sheet.title)
    rows: dict[int, dict[int, Cell]] = {}
    count = 0
    with reader.archive.open(part) as source:
        for number, contents in _SheetParser(source, reader.shared_strings, epoch=reader.wb.epoch).parse():
            if number < header_row:
                continue
            cells = [_cell(number, ReadOnlyCell(sheet, **content), reader.wb.epoch) for content in contents]
            filled = {cell.column: cell for cell in cells if normalise(cell.value)}
            count += len(filled)
            if filled and (number > MAX_ROWS + header_row or max(filled) > MAX_COLUMNS or count > MAX_CELLS):
                raise TableError("table-size", message_args=TOO_LARGE)
            rows.setdefault(number, {}).update(filled)
    header = rows.pop(header_row, {})
    return SourceTable(header, [row for _, row in sorted(rows.items()) if row], sheet.title)


def _cell(row: int, cell: ReadOnlyCell, epoch: dt.datetime) -> Cell:
    value = cell.value
    if cell.data_type in _REJECTED:
        return Cell(row, cell.column, "?", _REJECTED[cell.data_type])
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(Cell(row, cell.column, value), cell.number_format, epoch)
    if isinstance(value, str | bool) or value is None:
        return Cell(row, cell.column, unescape(value) if isinstance(value, str) else value)
    return _moment(Cell(row, cell.column), value)


def _number(cell: Cell, form: str, epoch: dt.datetime) -> Cell:
    """Return a number with its value: a date if the cell has the format of one."""
    number = cast("float", cell.value)
    if abs(number) >= _LARGEST or not math.isfinite(number):
        return replace(cell, value="?", kind="unreadable")
    if not _is_date(form):
        return replace(cell, zeros=len(form) if _ZEROS.fullmatch(form) else 0)
    try:
        return _moment(cell, from_excel(number, epoch, timedelta=is_timedelta_format(form)))
    except (ValueError, OverflowError):  # the spreadsheet shows ####
        return replace(cell, value="?", kind="error")


def _moment(cell: Cell, value: Any) -> Cell:
    """Return a cell with a date, or with anything that has a time of day."""
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    kind: Kind = "time" if isinstance(value, dt.datetime) or not isinstance(value, dt.date) else "date"
    return replace(cell, value=str(value), kind=kind)


_is_date = cache(is_date_format)
