"""Reading a finished PDF with a second parser: its pages, text and fonts, and the boxes near the edges of a page."""

from __future__ import annotations

import ctypes
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pikepdf
import pypdfium2
from pypdfium2 import raw

from pipeline.formats.fonts import without_glyph
from pipeline.formats.pdf.geometry import to_shown
from pipeline.formats.pdf.read_page import EDGE, Box, ReadPage

#: PDFium's character for a hyphen that breaks a word at the end of a line.
_HYPHEN_AT_LINE_END = "\x02"
#: The replacement of a lost character.
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True)
class ReadPdf:
    """A finished PDF with its pages, and the PostScript names of the fonts on them.

    ``engine`` is the name of the engine that drew it in place of the one that was asked.
    """

    content: bytes
    pages: tuple[ReadPage, ...]
    fonts: frozenset[str]
    engine: str = field(default="", compare=False)


def read_pdf(pdf: bytes) -> ReadPdf:
    """Return a PDF with its pages and fonts."""
    return ReadPdf(pdf, read_pages(pdf), embedded_fonts(pdf))


@lru_cache(maxsize=8)
def read_pages(pdf: bytes) -> tuple[ReadPage, ...]:
    """Return every page of ``pdf``."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return tuple(ReadPage(_text(page), page.get_size(), tuple(_edges(page))) for page in document)
    finally:
        document.close()


def split_texts(pdf: bytes) -> list[tuple[str, str]]:
    """Return the text of each page without the object that is drawn last, and the text of that object alone.

    They are read apart: on a line with right-to-left text, a reader would mix the words of both.
    """
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [(_text_without(document[page], -1), _text_without(document[page], 0)) for page in range(len(document))]
    finally:
        document.close()


def _text_without(page: Any, place: int) -> str:
    """Return the text of a page without its last object (place -1), or without all others (place 0)."""
    count = raw.FPDFPage_CountObjects(page)
    for _ in range(min(1, count) if place else count - 1):
        removed = raw.FPDFPage_GetObject(page, place % raw.FPDFPage_CountObjects(page))
        raw.FPDFPage_RemoveObject(page, removed)
        raw.FPDFPageObj_Destroy(removed)
    return _text(page)


def text_of(pdf: bytes) -> str:
    """Return the text of ``pdf`` in reading order, as ``squeeze`` does."""
    return text_of_pages(read_pages(pdf))


def text_of_pages(pages: Iterable[ReadPage]) -> str:
    """Return the text of these pages, as ``text_of`` does."""
    return squeeze("".join(page.text for page in pages))


def squeeze(text: str) -> str:
    """Return ``text`` for comparison: without white space, which is the layout's, and without compatibility forms."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def page_count(pdf: bytes) -> int:
    """Return the number of pages."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def lost_texts(pdf: bytes, texts: Iterable[str]) -> list[str]:
    """Return the ``texts`` that are not in ``pdf``."""
    whole = text_of(pdf)
    return [text for text in texts if squeeze(text) not in whole]


def replaced_characters(pages: Iterable[ReadPage]) -> str:
    """Return the characters in the text of these pages that no shipped font has: the page has a box instead."""
    text = "".join(page.text for page in pages)
    return without_glyph(text) + (_REPLACEMENT if _REPLACEMENT in text else "")


def embedded_fonts(pdf: bytes) -> frozenset[str]:
    """Return the PostScript names, without subset tags, of the fonts on the pages of ``pdf``."""
    with pikepdf.open(io.BytesIO(pdf), attempt_recovery=False) as document:
        return fonts_on([page.obj for page in document.pages])


def fonts_on(pages: Sequence[pikepdf.Object]) -> frozenset[str]:
    """Return the PostScript names, without subset tags, of the fonts on these pages."""
    fonts = [font for page in pages for font in page.Resources.get("/Font", pikepdf.Dictionary()).values()]
    return frozenset(str(font.BaseFont).lstrip("/").rpartition("+")[2] for font in fonts)


def _text(page: Any) -> str:
    text: str = page.get_textpage().get_text_bounded()
    return text.replace(_HYPHEN_AT_LINE_END, "-")


def _edges(page: Any) -> Iterator[Box]:
    """Yield the boxes near the upper or lower edge of a page, including those that a clipping path hides."""
    width, height = page.get_size()
    matrix = to_shown(pikepdf.Rectangle(*page.get_cropbox()), page.get_rotation() // 90)
    for own in (*drawn_boxes(page), *_annotations(page)):
        shown = matrix.transform(pikepdf.Rectangle(*own))
        box = (shown.llx, shown.lly, shown.urx, shown.ury)
        if (box[1] < EDGE or box[3] > height - EDGE) and box[0] < width and box[2] > 0:
            yield box


def drawn_boxes(page: Any) -> Iterator[Box]:
    """Yield the box of every object on a page, in the page's own coordinates."""
    left, lower, right, upper = (ctypes.c_float() for _ in range(4))
    ends = [ctypes.byref(end) for end in (left, lower, right, upper)]
    for number in range(raw.FPDFPage_CountObjects(page)):
        if raw.FPDFPageObj_GetBounds(raw.FPDFPage_GetObject(page, number), *ends):
            yield left.value, lower.value, right.value, upper.value


def _annotations(page: Any) -> Iterator[Box]:
    """Yield the box of every annotation of a page."""
    place = raw.FS_RECTF()
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, number)
        if raw.FPDFAnnot_GetRect(annotation, place):
            yield place.left, place.bottom, place.right, place.top
        raw.FPDFPage_CloseAnnot(annotation)
