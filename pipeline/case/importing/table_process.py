"""The process that reads a table: it has limits and no network, and ends with its answer.

A workbook or CSV file is untrusted. What a library does to this process while it reads one, the command does not feel.
"""

from __future__ import annotations

import os
import sys

import msgspec

from pipeline.case.importing.cells import SourceTable
from pipeline.errors import CaseError
from pipeline.system.processes import (
    die_with_parent,
    ignore_interrupts,
    leave_network,
    limit_memory,
    limit_to_computing,
)

COPY = "copy its cells into a new workbook, or split it"


class TableRequest(msgspec.Struct, frozen=True):
    """How to read a table: the row of its header, its sheet or encoding, and the headers of the mapping.

    ``cpu_seconds`` and ``memory_bytes`` (address space) limit the process. A table with the most cells takes 350 MB.
    """

    header_row: int
    sheet: str | None = None
    encoding: str = "utf-8"
    headers: frozenset[str] = frozenset()
    is_csv: bool = False
    content: bytes = b""
    cpu_seconds: int = 20
    memory_bytes: int = 500_000_000


class TableRefusal(msgspec.Struct, frozen=True, tag=True):
    """The reason why a table cannot be used."""

    code: str
    message: str
    hint: str
    line: int | None = None


def main() -> None:
    """Answer the request on standard input."""
    ignore_interrupts()
    die_with_parent(os.getppid())
    leave_network()
    request = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=TableRequest)
    limit_to_computing(request.cpu_seconds)
    limit_memory(request.memory_bytes)
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer(request)))


def answer(request: TableRequest) -> SourceTable | TableRefusal:
    """Return the table, or why it cannot be used."""
    try:
        return _read(request)
    except CaseError as error:
        problem = error.problems[0]
        return TableRefusal(problem.code, problem.message, problem.hint, problem.line)
    except MemoryError:
        message = f"reading it takes more than {request.memory_bytes // 1_000_000} MB of memory"
        return TableRefusal("table-size", message, COPY)


def _read(request: TableRequest) -> SourceTable:
    # Imported here: openpyxl is slow to load, and its memory is limited too.
    if request.is_csv:
        from pipeline.case.importing.csv_file import read_csv  # noqa: PLC0415 - see above

        return read_csv(request.content, request.header_row, request.encoding, request.headers)
    from pipeline.case.importing.xlsx_file import read_workbook  # noqa: PLC0415 - see above

    return read_workbook(request.content, request.sheet, request.header_row)


if __name__ == "__main__":
    main()
