"""Read a table: reject what is not a table, and choose the reader by the kind of file."""

from __future__ import annotations

import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

import msgspec
from msgspec.structs import replace

from pipeline.case.importing.cells import SourceTable
from pipeline.case.importing.table_process import COPY, TableRefusal, TableRequest
from pipeline.errors import CaseError, JsonPlace, Problem
from pipeline.formats.files import NotRegularError, read
from pipeline.system.processes import read_all, start_child

MAX_BYTES = 50_000_000
_WALL_SECONDS = 60
#: An answer of more bytes is rejected. A cell has at most 32,767 characters; a million cells have 20 MB.
_MAX_ANSWER = 100_000_000


def read_table(path: Path, request: TableRequest) -> SourceTable:
    """Read a workbook or a CSV file, depending on the file name, in a process of its own. Raise CaseError."""
    content = _read_file(path)
    answer = _ask(replace(request, content=content, is_csv=path.suffix.lower() == ".csv"))
    if isinstance(answer, TableRefusal):
        place = JsonPlace(line=answer.line)
        raise CaseError(Problem(answer.code, "error", answer.message, answer.hint, str(path), place))
    return replace(answer, file=str(path))


def _ask(request: TableRequest) -> SourceTable | TableRefusal:
    """Return the answer of a process that reads the table, or how it ended without one."""
    process = start_child("pipeline.case.importing.table_process")
    try:
        with suppress(BrokenPipeError), cast("BinaryIO", process.stdin) as requests:
            requests.write(msgspec.msgpack.encode(request))
        with cast("BinaryIO", process.stdout) as answers:
            content = read_all(answers.fileno(), _MAX_ANSWER, time.monotonic() + _WALL_SECONDS)
    finally:
        process.kill()  # it has answered, or its time is over
        status = process.wait()
    if content is None or status == -signal.SIGXCPU:
        seconds = _WALL_SECONDS if content is None else request.cpu_seconds
        return TableRefusal("table-size", f"reading it took longer than {seconds} seconds", COPY)
    try:
        return msgspec.msgpack.decode(content, type=SourceTable | TableRefusal)
    except msgspec.MsgspecError:
        return TableRefusal("table-damaged", "the process that reads the table crashed", COPY)


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
