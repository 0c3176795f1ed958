"""Read a table: reject what is not a table, and have the process with limits read the rest."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import msgspec
from msgspec.structs import replace

from pipeline.case.importing.cells import SourceTable, TableError
from pipeline.case.importing.table_reading import TableRefusal, TableRequest
from pipeline.errors import CaseError
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
        raise _error(answer, path)
    return replace(answer, file=str(path))


def _ask(request: TableRequest, limits: ProcessLimits) -> SourceTable | TableRefusal:
    """Return the answer of the process, or how it ended without one."""
    try:
        answer = LIMITED.call(_ANSWER, msgspec.msgpack.encode(request), limits)
        return msgspec.msgpack.decode(answer, type=SourceTable | TableRefusal)
    except (msgspec.MsgspecError, CallFailedError) as error:
        seconds = error.seconds if isinstance(error, CallFailedError) else None
    if seconds is None:
        return TableRefusal("table-damaged/crash")
    return TableRefusal("table-size/time", {"seconds": f"{seconds:g}"})


def _read_file(path: Path) -> bytes:
    """Return the content of a file that may be a table. Raise CaseError."""
    if path.suffix.lower() not in {".xlsx", ".csv"}:
        raise _error(TableRefusal("table-kind/suffix"), path)
    try:
        content = read(path, MAX_BYTES)
    except NotRegularError:
        raise _error(TableRefusal("file-kind"), path) from None
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise _error(TableRefusal("file-unreadable", {"reason": reason}), path) from None
    if len(content) > MAX_BYTES:
        raise _error(TableRefusal("file-size", {"megabytes": str(MAX_BYTES // 1_000_000)}), path)
    if not content:
        raise _error(TableRefusal("file-empty"), path)
    return content


def _error(refusal: TableRefusal, path: Path) -> CaseError:
    problem = TableError(refusal.key, refusal.line, refusal.args).problems[0]
    return CaseError(dataclasses.replace(problem, file=str(path)))
