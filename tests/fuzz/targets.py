"""What is fuzzed, and what may come of it: one family of exceptions and nothing else."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from pipeline.attachments.kinds import kind_of
from pipeline.attachments.library_limits import limit_libraries
from pipeline.attachments.messages import Limits, Refusal, Request
from pipeline.attachments.read_paper import convert
from pipeline.attachments.reader_tasks import run_task
from pipeline.case.model import Case
from pipeline.case.printable import check_characters
from pipeline.errors import UnusableError, VisaPacketError
from pipeline.formats.json.reader import JsonFile, parse_json
from pipeline.formats.json.schema import check_schema
from pipeline.formats.word.docx_file import open_docx
from pipeline.formats.word.rejections import WordFileError

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


def _load(document: JsonFile) -> None:
    if not check_schema(document, "case"):
        msgspec.convert(document.fields, Case)


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


def attachment_inside(content: bytes) -> None:
    """The same in this process, where coverage can lead."""
    for name in _NAMES:
        with suppress(UnusableError):
            kind = kind_of(name, content)
            limit_libraries(_LIMITS)
            answer = run_task(Request(content, kind, limits=_LIMITS))
            assert isinstance(answer, Refusal) or answer.pdf.startswith(b"%PDF-")


TARGETS: dict[str, Callable[[bytes], None]] = {
    "json": json_reader,
    "template": template,
    "template-part": template_part,
    "attachment": attachment,
    "attachment-inside": attachment_inside,
}
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
