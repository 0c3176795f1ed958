"""Read a table: reject what is not a table, and have the process with limits read the rest."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec.structs import replace

from pipeline.case.importing.cells import SourceTable
from pipeline.case.importing.table_reading import COPY, TableRefusal, TableRequest
from pipeline.errors import CaseError, JsonPlace, Problem
from pipeline.formats.files import NotRegularError, read
from pipeline.system.limited_client import LIMITED, CallFailedError
from pipeline.system.limited_process import ProcessLimits

MAX_BYTES = 50_000_000
_ANSWER = "pipeline.case.importing.table_reading:answer"
#: A table with the most cells takes 350 MB.
_LIMITS = ProcessLimits()


def read_table(path: Path, request: TableRequest, limits: ProcessLimits = _LIMITS) -> SourceTable:
    """Read a workbook or a CSV file, depending on the file name. Raise CaseError."""
    content = _read_file(path)
    request = replace(request, content=content, is_csv=path.suffix.lower() == ".csv")
    answer = _ask(request, limits)
    if isinstance(answer, TableRefusal):
        place = JsonPlace(line=answer.line)
        raise CaseError(Problem(answer.code, "error", answer.message, answer.hint, str(path), place))
    return replace(answer, file=str(path))


def _ask(request: TableRequest, limits: ProcessLimits) -> SourceTable | TableRefusal:
    """Return the answer of the process, or how it ended without one."""
    try:
        answer = LIMITED.call(_ANSWER, msgspec.msgpack.encode(request), limits)
        return msgspec.msgpack.decode(answer, type=SourceTable | TableRefusal)
    except (msgspec.MsgspecError, CallFailedError) as error:
        seconds = error.seconds if isinstance(error, CallFailedError) else None
    if seconds is None:
        return TableRefusal("table-damaged", "the process that reads the table crashed", COPY)
    return TableRefusal("table-size", f"reading it took longer than {seconds:g} seconds", COPY)


def _read_file(path: Path) -> bytes:
    """Return the content of a file that may be a table. Raise CaseError."""
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
    return content


def _error(code: str, message: str, hint: str, path: Path) -> CaseError:
    return CaseError(Problem(code, "error", message, hint, str(path)))
