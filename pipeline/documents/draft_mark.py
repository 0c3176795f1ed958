"""Adds the mark of a draft to a Word template: a line at the head of every page, for the Word file and its PDF.

The line is in the header of the page, above the text. If the header has no room, the text moves down; the mark never
covers it. Templates need no preparation for the mark.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import lru_cache

from docx import Document
from docx.document import Document as WordFile
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.section import Section, _Header
from docx.shared import Length, Pt, RGBColor

from pipeline.documents.prepared_template import CACHED_TEMPLATES
from pipeline.formats.pdf.read_page import ReadPage
from pipeline.formats.pdf.reading import squeeze
from pipeline.packet.plan import DRAFT_MARK, DRAFT_WARNING

_FONT = "Noto Sans CJK JP"
_LINE, _SIZE = Pt(11), Pt(9)
#: The margin that printers cannot print on.
_EDGE = Pt(14)
_RED = RGBColor(0xB0, 0x30, 0x30)


@lru_cache(maxsize=CACHED_TEMPLATES)
def add_draft_mark(template: bytes) -> bytes:
    """Return a Word template with the mark at the head of every page."""
    document = Document(io.BytesIO(template))
    _add_mark(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _add_mark(document: WordFile) -> None:
    kinds = [name for name, is_used in _kinds(document).items() if is_used]
    for number, section in enumerate(document.sections):
        for kind in kinds:
            header: _Header = getattr(section, kind)
            if number == 0 or not header.is_linked_to_previous:  # otherwise it is the header of the previous section
                _write(header, section)
        if section.top_margin is not None and section.header_distance is not None:
            room = Length(section.top_margin - _LINE)
            section.header_distance = max(_EDGE, min(section.header_distance, room))


def find_unmarked_pages(pages: Iterable[ReadPage]) -> list[int]:
    """Return the numbers (from 1) of the pages without the mark."""
    return [number for number, page in enumerate(pages, start=1) if squeeze(DRAFT_MARK) not in squeeze(page.text)]


def _kinds(document: WordFile) -> dict[str, bool]:
    """Return the kinds of headers, each with True if any page has it."""
    return {
        "header": True,
        "first_page_header": any(section.different_first_page_header_footer for section in document.sections),
        "even_page_header": document.settings.odd_and_even_pages_header_footer,
    }


def _write(header: _Header, section: Section) -> None:
    """Write the mark: centred, or after a centred tab above other lines, which office2pdf would push down."""
    text = DRAFT_MARK + DRAFT_WARNING
    if header.is_linked_to_previous:
        header.is_linked_to_previous = False
        paragraph = header.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    else:
        paragraph = header.paragraphs[0].insert_paragraph_before() if header.paragraphs else header.add_paragraph()
        sides = [section.page_width, section.left_margin, section.right_margin]
        width, left, right = (side or 0 for side in sides)
        paragraph.paragraph_format.tab_stops.add_tab_stop(Length((width - left - right) // 2), WD_TAB_ALIGNMENT.CENTER)
        text = f"\t{text}"
    spacing = paragraph.paragraph_format
    spacing.line_spacing, spacing.space_before, spacing.space_after = _LINE, Pt(0), Pt(0)
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.font.bold, run.font.color.rgb = _FONT, _SIZE, True, _RED
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)  # noqa: SLF001 - python-docx has no name for it
