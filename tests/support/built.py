"""What the tests of the later stages are made from: papers, small template sets, faults."""

from __future__ import annotations

import io
import json
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import cache, partial
from pathlib import Path
from typing import Any

import img2pdf
import pikepdf
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from PIL import Image
from pypdf import PdfReader

from pipeline.run.pools.event_pipe import TaskListener
from pipeline.run.stages import observed
from tests.support.cases import ROOT

MEDICAL_STAY = ROOT / "templates" / "medical-stay"
#: The letters of that set.
LETTERS = (
    "invitation-letter",
    "letter-of-guarantee",
    "list-of-applicants",
    "schedule-of-stay",
    "treatment-schedule",
    "regenerative-medicine-sheet",
)
FONT = "Noto Sans CJK JP"
_WORDS = {"ja": "手紙", "en": "Letter", "zh": "信件"}


@cache
def make_docx(*paragraphs: str, font: str = FONT) -> bytes:
    """A Word file with one paragraph for each text, set in a shipped font."""
    document = Document()
    document.sections[0].page_width, document.sections[0].page_height = Mm(210), Mm(297)
    style = document.styles["Normal"]
    style.font.name = font
    style.element.rPr.rFonts.set(qn("w:eastAsia"), font)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def make_letter(*paragraphs: str) -> bytes:
    """A shipped template with a paragraph for each text in place of its content, and bare margins: quick to draw."""
    document = Document(str(MEDICAL_STAY / "cost-estimate.docx"))
    document.core_properties.title = "Letter"
    body = document.element.body
    for element in [*body, *body.sectPr]:
        if element.tag in {qn("w:headerReference"), qn("w:footerReference")}:
            document.part.drop_rel(element.get(qn("r:id")))
            body.sectPr.remove(element)
        elif element.getparent() is body and element is not body.sectPr:
            body.remove(element)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def make_set(folder: Path, *paragraphs: str, edits: Mapping[str, Any] | None = None) -> Path:
    """A template set of one letter and every attachment: quick to build, with the shipped official list.

    Without the row that a document of the shipped set answers, for this set has no such document.
    """
    folder.mkdir(parents=True)
    packet = json.loads((MEDICAL_STAY / "packet.json").read_text(encoding="utf-8"))
    attachments = [entry for entry in packet["contents"] if "attachments" in entry]
    answered = {row["role"]: row for row in packet["official_list"] if "document" in row}
    packet["official_list"] = [row for row in packet["official_list"] if row["role"] not in answered]
    for entry in attachments:
        row = answered.get(entry["attachments"], {})
        entry |= {key: row[key] for key in ("title", "issuer") if key in row}
    letter = {"document": "letter", "template": "letter.docx", "title": _WORDS, "issuer": _WORDS, "when": "always"}
    packet |= {"id": "small", "contents": [letter, *attachments]} | dict(edits or {})
    (folder / "packet.json").write_text(json.dumps(packet, ensure_ascii=False, indent=2), encoding="utf-8")
    (folder / "letter.docx").write_bytes(make_letter(*(paragraphs or ("{{ patient.name.chinese }}",))))
    return folder


def make_part(folder: Path, *documents: str) -> Path:
    """A template set of those documents of the shipped one, and every attachment: for what concerns them alone."""
    make_set(folder)
    (folder / "letter.docx").unlink()
    packet, shipped = (json.loads((at / "packet.json").read_text("utf-8")) for at in (folder, MEDICAL_STAY))
    entries = [entry for entry in shipped["contents"] if entry.get("document") in documents]
    assert len(entries) == len(documents)
    packet["contents"] = [*entries, *(entry for entry in packet["contents"] if "attachments" in entry)]
    (folder / "packet.json").write_text(json.dumps(packet, ensure_ascii=False, indent=2), encoding="utf-8")
    for entry in entries:
        shutil.copy(MEDICAL_STAY / entry["template"], folder)
    return folder


def make_pdf(pages: int = 2) -> bytes:
    """A PDF of blank pages."""
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page(page_size=(595, 842))
        return saved(pdf)


def saved(pdf: pikepdf.Pdf, **options: Any) -> bytes:
    """Bytes of ``pdf``."""
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def make_picture(kind: str = "PNG", size: tuple[int, int] = (300, 200), mode: str = "RGB", **options: Any) -> bytes:
    """A picture with a pattern, so that a second encoding would show."""
    red = Image.linear_gradient("L").resize(size)
    picture = Image.merge("RGB", (red, red.rotate(90), red.rotate(180))).convert(mode)
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def make_png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has no pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def make_pdf_of(picture: bytes, pages: int) -> bytes:
    """A PDF of that many pages, each with the same picture, as a scanner makes it."""
    content: bytes = img2pdf.convert([picture] * pages, nodate=True)
    return content


def outline_of(pdf: bytes) -> list[Any]:
    """Title and page (from 1) of each entry of the outline; what is below an entry is a list behind it."""
    reader = PdfReader(io.BytesIO(pdf))

    def read(entries: list[Any]) -> list[Any]:
        return [
            read(entry)
            if isinstance(entry, list)
            else (str(entry["/Title"]), 1 + (reader.get_destination_page_number(entry) or 0))
            for entry in entries
        ]

    return read(reader.outline)


def snapshot(folder: Path) -> dict[str, bytes]:
    """Content of every file below ``folder``, hidden ones too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def names_in(folder: Path) -> list[str]:
    """Names of what is directly in ``folder``, hidden ones too."""
    return sorted(path.name for path in folder.iterdir())


class InlinePool:
    """In place of worker processes: everything in this process, where a test can put faults."""

    def __init__(self, jobs: int, *_limits: object, listen: TaskListener | None = None, **_more: object) -> None:
        self.jobs = jobs
        self.listen = listen

    def submit(self, function: Callable[[Any], Any], given: Any) -> Future[Any]:
        future: Future[Any] = Future()
        with observed(partial(self.listen, given) if self.listen else None):
            future.set_result(function(given))
        return future

    def stop(self) -> None:
        pass


def with_parts(docx: bytes, parts: Mapping[str, bytes | None]) -> bytes:
    """A Word file with parts replaced or added, or taken out where the content is None."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        kept = {name: source.read(name) for name in source.namelist()} | dict(parts)
        for name, content in kept.items():
            if content is not None:
                target.writestr(name, content)
    return out.getvalue()


def with_text(docx: bytes, old: str, new: str, part: str = "word/document.xml") -> bytes:
    """A Word file with the XML ``old`` of a part written as ``new``, once."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        xml = archive.read(part).decode()
    assert old in xml
    return with_parts(docx, {part: xml.replace(old, new, 1).encode()})
