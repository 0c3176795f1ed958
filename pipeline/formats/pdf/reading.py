"""Reading a finished PDF with a second parser: its pages, its text, what stands near its edges, its fonts."""

from __future__ import annotations

import ctypes
import io
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pikepdf
import pypdfium2
from pypdfium2 import raw

from pipeline.formats.fonts import without_glyph
from pipeline.formats.pdf.geometry import to_shown

#: What PDFium gives for a hyphen at which a word is broken at the end of a line.
_HYPHEN_AT_LINE_END = "\x02"
#: What stands for a character that was lost.
_REPLACEMENT = "\ufffd"
#: Height in points of the strips along the upper and lower edge of a page whose content is read.
EDGE = 60

#: Left, lower, right and upper end in points from the lower left corner of a page as it is shown.
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page as it was read: its text with its lines, its width and height in points as it is shown.

    ``edges`` is where something is drawn or annotated less than ``EDGE`` from the upper or lower edge.
    """

    text: str
    size: tuple[float, float]
    edges: tuple[Box, ...]


# A packet's documents are read when they are drawn, and asked again when they are merged.
@lru_cache(maxsize=32)
def read_pages(pdf: bytes) -> tuple[ReadPage, ...]:
    """Every page of ``pdf``. A document is asked for several things in turn, and read once."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return tuple(ReadPage(_text(page), page.get_size(), tuple(_edges(page))) for page in document)
    finally:
        document.close()


def text_of(pdf: bytes) -> str:
    """All text of ``pdf`` in reading order, without white space, compatibility forms unified."""
    return squeezed("".join(page.text for page in read_pages(pdf)))


def squeezed(text: str) -> str:
    """``text`` as it is compared: line breaks and spaces are the layout's, not the value's."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def page_count(pdf: bytes) -> int:
    """Number of pages."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def lost_texts(pdf: bytes, texts: Iterable[str]) -> list[str]:
    """Those of ``texts`` that do not stand in ``pdf``."""
    found = text_of(pdf)
    return [text for text in texts if squeezed(text) not in found]


def replaced_characters(pdf: bytes) -> str:
    """Characters that the text of ``pdf`` has and no shipped font: a box stands on the page instead."""
    text = "".join(page.text for page in read_pages(pdf))
    return without_glyph(text) + (_REPLACEMENT if _REPLACEMENT in text else "")


def embedded_fonts(pdf: bytes) -> set[str]:
    """PostScript names, without subset tags, of the fonts that the pages of ``pdf`` use."""
    with pikepdf.open(io.BytesIO(pdf), attempt_recovery=False) as document:
        fonts = [font for page in document.pages for font in page.Resources.get("/Font", {}).values()]
        return {str(font.BaseFont).lstrip("/").rpartition("+")[2] for font in fonts}


def _text(page: Any) -> str:
    text: str = page.get_textpage().get_text_bounded()
    return text.replace(_HYPHEN_AT_LINE_END, "-")


def _edges(page: Any) -> Iterator[Box]:
    """Where something is drawn near the upper or lower edge of a page. What a clipping path hides counts too."""
    width, height = page.get_size()
    matrix = to_shown(pikepdf.Rectangle(*page.get_cropbox()), page.get_rotation() // 90)
    for own in (*drawn_boxes(page), *_annotations(page)):
        shown = matrix.transform(pikepdf.Rectangle(*own))
        box = (shown.llx, shown.lly, shown.urx, shown.ury)
        if (box[1] < EDGE or box[3] > height - EDGE) and box[0] < width and box[2] > 0:
            yield box


def drawn_boxes(page: Any) -> Iterator[Box]:
    """Boxes around everything that a page draws, in its own points."""
    left, lower, right, upper = (ctypes.c_float() for _ in range(4))
    ends = [ctypes.byref(end) for end in (left, lower, right, upper)]
    for number in range(raw.FPDFPage_CountObjects(page)):
        if raw.FPDFPageObj_GetBounds(raw.FPDFPage_GetObject(page, number), *ends):
            yield left.value, lower.value, right.value, upper.value


def _annotations(page: Any) -> Iterator[Box]:
    """Where the annotations of a page lie."""
    place = raw.FS_RECTF()
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, number)
        if raw.FPDFAnnot_GetRect(annotation, place):
            yield place.left, place.bottom, place.right, place.top
        raw.FPDFPage_CloseAnnot(annotation)
