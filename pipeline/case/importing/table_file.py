"""Reading a table: which kind of file it is, and what is refused before anything is read from it."""

from __future__ import annotations

from pathlib import Path

from pipeline.case.importing.cells import Table
from pipeline.case.importing.csv_file import read_csv
from pipeline.errors import CaseError, Problem
from pipeline.formats.files import NotRegularError, read

MAX_BYTES = 50_000_000


def read_table(path: Path, sheet: str | None, header_row: int, encoding: str = "utf-8") -> Table:
    """The table at ``path``, by its name a workbook or a CSV file. Raises CaseError."""
    kind = path.suffix.lower()
    if kind not in {".xlsx", ".csv"}:
        message = "tables of this kind are not read"
        raise CaseError(Problem("table-kind", "error", message, "save it as .xlsx or .csv", str(path)))
    content = _content(path)
    if kind == ".csv":
        return read_csv(content, str(path), header_row, encoding)
    from pipeline.case.importing.xlsx_file import read_workbook  # noqa: PLC0415 - the library is loaded for workbooks alone

    return read_workbook(content, str(path), sheet, header_row)


def _content(path: Path) -> bytes:
    try:
        content = read(path, MAX_BYTES)
    except NotRegularError:
        message = "this is not a regular file"
        raise CaseError(Problem("file-kind", "error", message, "check the path", str(path))) from None
    except OSError as error:
        message = f"the file cannot be read: {(error.strerror or 'unreadable').lower()}"
        raise CaseError(Problem("file-unreadable", "error", message, "check the path", str(path))) from None
    if len(content) > MAX_BYTES:
        message = f"the table is larger than {MAX_BYTES // 1_000_000} MB"
        raise CaseError(Problem("file-size", "error", message, "split it, or take its pictures out", str(path)))
    if not content:
        raise CaseError(Problem("file-empty", "error", "the file is empty", "save the table again", str(path)))
    return content
