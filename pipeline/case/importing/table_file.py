"""Read a table: reject what is not a table, and choose the reader by the kind of file."""

from __future__ import annotations

from pathlib import Path

from pipeline.case.importing.cells import SourceTable
from pipeline.case.importing.csv_file import read_csv
from pipeline.case.importing.xlsx_file import read_workbook
from pipeline.errors import CaseError, Problem
from pipeline.formats.files import NotRegularError, read

MAX_BYTES = 50_000_000


def read_table(path: Path, sheet: str | None, header_row: int, encoding: str = "utf-8") -> SourceTable:
    """Read a workbook or a CSV file, depending on the file name. Raise CaseError."""
    if path.suffix.lower() not in {".xlsx", ".csv"}:
        raise _error("table-kind", "the file is neither .xlsx nor .csv", "save it as .xlsx or .csv", path)
    try:
        content = read(path, MAX_BYTES)
    except NotRegularError:
        raise _error("file-kind", "this is not a regular file", "check the path", path) from None
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise _error("file-unreadable", f"the file cannot be read: {reason}", "check the path", path) from None
    if len(content) > MAX_BYTES:
        message = f"the table is larger than {MAX_BYTES // 1_000_000} MB"
        raise _error("file-size", message, "split it, or remove its pictures", path)
    if not content:
        raise _error("file-empty", "the file is empty", "save the table again", path)
    if path.suffix.lower() == ".csv":
        return read_csv(content, str(path), header_row, encoding)
    return read_workbook(content, str(path), sheet, header_row)


def _error(code: str, message: str, hint: str, path: Path) -> CaseError:
    return CaseError(Problem(code, "error", message, hint, str(path)))
