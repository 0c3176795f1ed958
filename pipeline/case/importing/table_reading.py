"""Reading a table where it can do no harm: in the process with limits, from bytes to bytes."""

from __future__ import annotations

import msgspec

from pipeline.case.importing.cells import MessagePart, SourceTable, TableError


class TableRequest(msgspec.Struct, frozen=True):
    """How to read a table: the row of its header, its sheet or encoding, and the headers of the mapping.

    ``any_sheet`` reads the visible sheet with the most filled cells, where no sheet is named.
    """

    header_row: int
    sheet: str | None = None
    any_sheet: bool = False
    encoding: str = "utf-8"
    headers: frozenset[str] = frozenset()
    is_csv: bool = False
    content: bytes = b""


class TableRefusal(msgspec.Struct, frozen=True, tag=True):
    """The reason why a table cannot be used: the name of a message, and what fills it."""

    key: str
    args: dict[str, MessagePart] = {}
    line: int | None = None


def answer(request: bytes) -> bytes:
    """Return the SourceTable for a TableRequest, or a TableRefusal."""
    try:
        return msgspec.msgpack.encode(_read(msgspec.msgpack.decode(request, type=TableRequest)))
    except TableError as error:
        refusal = TableRefusal(error.key, error.message_args, error.line)
    except MemoryError:
        refusal = TableRefusal("table-size/memory")
    return msgspec.msgpack.encode(refusal)


def _read(request: TableRequest) -> SourceTable:
    # Imported here: openpyxl is slow to load.
    if request.is_csv:
        from pipeline.case.importing.csv_file import read_csv  # noqa: PLC0415 - see above

        return read_csv(request.content, request.header_row, request.encoding, request.headers)
    from pipeline.case.importing.xlsx_file import read_workbook  # noqa: PLC0415 - see above

    return read_workbook(request.content, request.sheet, request.header_row, any_sheet=request.any_sheet)
