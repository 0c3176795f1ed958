"""Letters with the mark of a draft, and what every page of one must show."""

from __future__ import annotations

import io

import pypdfium2
from docx import Document
from docx.document import Document as WordFile

from pipeline.documents.draft_mark import add_draft_mark
from pipeline.documents.fill import fill
from pipeline.packet.plan import DRAFT_MARK, DRAFT_WARNING
from tests.support.built import make_docx


def filled(document: WordFile, *, draft: bool = True) -> bytes:
    """Return a letter, with the mark unless it is no draft."""
    out = io.BytesIO()
    document.save(out)
    return fill(add_draft_mark(out.getvalue()) if draft else out.getvalue(), "letter.docx", {}).docx


def with_letterhead() -> bytes:
    """Return a letter of more than one page with a header."""
    document = Document(io.BytesIO(make_docx(*["手紙"] * 60)))
    document.sections[0].header.paragraphs[0].text = "Letterhead"
    return filled(document)


def with_first_page(*, even_pages: bool) -> bytes:
    """Return a letter of more than two pages whose first page has a header of its own, perhaps also the even ones."""
    document = Document(io.BytesIO(make_docx(*["手紙"] * 90)))
    document.sections[0].different_first_page_header_footer = True
    document.settings.odd_and_even_pages_header_footer = even_pages
    return filled(document)


def clearance(pdf: bytes) -> float:
    """The least distance in points from the foot of the mark to the text below it, by the ink of their characters."""
    distances = []
    for page in pypdfium2.PdfDocument(pdf):
        text = page.get_textpage()
        start = text.get_text_range().index(DRAFT_MARK)
        end = start + len(DRAFT_MARK + DRAFT_WARNING)
        boxes = [text.get_charbox(number) for number in range(text.count_chars())]
        feet = [bottom for left, bottom, right, _ in boxes[start:end] if right > left]
        tops = [top for left, _, right, top in boxes[:start] + boxes[end:] if right > left]
        distances.append(min(feet) - max(tops))
    return float(min(distances))
