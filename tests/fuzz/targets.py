"""What is fuzzed, and what may come of it: one family of exceptions and nothing else."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from itertools import chain
from pathlib import Path

import msgspec

from pipeline.attachments.kinds import kind_of
from pipeline.attachments.library_limits import limit_libraries
from pipeline.attachments.messages import Limits, Refusal, Request
from pipeline.attachments.read_paper import convert
from pipeline.attachments.reader_tasks import run_task
from pipeline.bundle.merge_client import MergeError, merge_limited
from pipeline.bundle.merge_messages import MergeRequest
from pipeline.bundle.piece import Piece
from pipeline.case.importing.cell_values import convert_cell
from pipeline.case.importing.cells import CellError, SourceTable
from pipeline.case.importing.column_mapping import Column, Meaning, TableMapping
from pipeline.case.importing.field_types import find_field
from pipeline.case.importing.table_reading import TableRefusal, TableRequest, answer
from pipeline.case.model import Case
from pipeline.case.printable import check_characters
from pipeline.errors import UnusableError, VisaPacketError
from pipeline.formats.json.reader import JsonFile, parse_json
from pipeline.formats.json.schema import check_schema
from pipeline.formats.pdf.reading import page_count
from pipeline.formats.word.docx_file import open_docx
from pipeline.formats.word.rejections import WordFileError
from pipeline.formats.zip_archive import pack, read_parts
from tests.support.built import make_pdf
from tests.support.merging import differences
from tests.support.sheets import SAMPLE

#: Small, so that many can be tried; what takes longer must be refused.
_LIMITS = Limits(cpu_seconds=5, wall_seconds=10)
_NAMES = ("paper.pdf", "paper.jpg", "paper.png", "paper.tif", "paper.webp")


def json_reader(content: bytes) -> None:
    """Reading a case file, and telling where each of its texts stands."""
    try:
        document = parse_json(content, "case.json", Path())
    except VisaPacketError:
        return
    list(check_characters(document))
    _load(document)


def _load(json_file: JsonFile) -> None:
    if not check_schema(json_file, "case"):
        msgspec.convert(json_file.fields, Case)


def template(content: bytes) -> None:
    """Opening a Word file."""
    with suppress(WordFileError):
        open_docx(content)


def template_part(content: bytes) -> None:
    """The same for a file whose body is what was made up: a random archive would seldom be one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("word/document.xml", content)
    template(out.getvalue())


def attachment(content: bytes) -> None:
    """Reading a paper, under whichever name its first bytes allow."""
    for name in _NAMES:
        try:
            kind = kind_of(name, content)
            paper = convert(Request(content, kind, limits=_LIMITS))
        except UnusableError as error:
            if error.problem.code == "attachment-broke":  # the process that reads papers was brought to its end
                raise
            continue
        assert paper.pages > 0
        assert paper.pdf.startswith(b"%PDF-")


def merge(content: bytes) -> None:
    """Reading a PDF as a paper, and merging it behind another one."""
    try:
        paper = convert(Request(content, limits=_LIMITS))
        pieces = (Piece("a", "a", _BLANK, 1), Piece("b", "b", paper.pdf, 2, pictures=paper.pictures))
        [merged] = merge_limited([MergeRequest(pieces, "t", "ja", "case-1")])
    except UnusableError as error:
        if error.problem.code == "attachment-broke":
            raise
    except MergeError as error:
        if error.failure.piece != "b" or error.failure.code == "attachment-broke":
            raise
    else:
        assert page_count(merged.pdf) == paper.pages + 1
        assert differences(merged, pieces, "case-1") == ()


def attachment_inside(content: bytes) -> None:
    """The same in this process, where coverage can lead."""
    for name in _NAMES:
        with suppress(UnusableError):
            kind = kind_of(name, content)
            limit_libraries(_LIMITS)
            answer = run_task(Request(content, kind, limits=_LIMITS))
            assert isinstance(answer, Refusal) or answer.pdf.startswith(b"%PDF-")


def table(content: bytes, *, is_csv: bool = False) -> None:
    """Reading a table, and converting each of its cells to a value of each type."""
    request = TableRequest(2, None if is_csv else "病例", headers=frozenset({"编号"}), is_csv=is_csv, content=content)
    read = msgspec.msgpack.decode(answer(msgspec.msgpack.encode(request)), type=SourceTable | TableRefusal)
    for cell in chain(*(row.values() for row in read.rows)) if isinstance(read, SourceTable) else ():
        for column in _COLUMNS:
            with suppress(CellError):
                json.dumps(convert_cell(cell, column, _MAPPING, find_field(column.to))).encode()


def csv_table(content: bytes) -> None:
    """The same for a CSV file."""
    table(content, is_csv=True)


def sheet(content: bytes) -> None:
    """The same for a workbook whose sheet is what was made up."""
    table(pack({**_WORKBOOK, "xl/worksheets/sheet1.xml": content}))


def styles(content: bytes) -> None:
    """The same for its formats."""
    table(pack({**_WORKBOOK, "xl/styles.xml": content}))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "json": json_reader,
    "template": template,
    "template-part": template_part,
    "attachment": attachment,
    "attachment-inside": attachment_inside,
    "merge": merge,
    "workbook": table,
    "sheet": sheet,
    "styles": styles,
    "csv": csv_table,
}
_BLANK = make_pdf(1)
_WORKBOOK = read_parts((SAMPLE / "cases.xlsx").read_bytes())
_COLUMNS = (
    *(Column("a", "/a", kind) for kind in ("text", "date", "integer")),
    *(Column("a", "/a", digits=True), Column("a", "/a", values=(Meaning("男", 1),))),
    *(Column("a", to) for to in ("/patient/sex", "/patient/occupation", "/patient/birth_date", "/patient/name")),
    Column("a", "/patient/name", order="surname-first", case="upper"),
)
_MAPPING = TableMapping(columns=(), date_formats=("%Y-%m-%d", "%Y%m%d"), absent=("-",), language="zh")
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
