"""Reading a finished PDF with a second parser: its pages, its text, the fonts that it embeds."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pikepdf
import pypdfium2

#: What PDFium gives for a hyphen at which a word is broken at the end of a line.
_HYPHEN_AT_LINE_END = "\x02"
#: PDFium computes the tables of a colour profile anew for each page, which takes longer than reading it. To read the
#: words, it gets a kind of colour that it does not know; the same length leaves every place in the file as it was.
_PROFILE, _NO_PROFILE = b"/ICCBased", b"/NoProfil"


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page as it was read: its text with its lines, its width and height in points as it is shown."""

    text: str
    size: tuple[float, float]


@lru_cache(maxsize=4)
def read_pages(pdf: bytes) -> tuple[ReadPage, ...]:
    """Every page of ``pdf``. A document is asked for several things in turn, and read once."""
    document = pypdfium2.PdfDocument(pdf.replace(_PROFILE, _NO_PROFILE))
    try:
        return tuple(ReadPage(_text(page), page.get_size()) for page in document)
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


def embedded_fonts(pdf: bytes) -> set[str]:
    """PostScript names, without subset tags, of the fonts that the pages of ``pdf`` use."""
    with pikepdf.open(io.BytesIO(pdf), attempt_recovery=False) as document:
        fonts = [font for page in document.pages for font in page.Resources.get("/Font", {}).values()]
        return {str(font.BaseFont).lstrip("/").rpartition("+")[2] for font in fonts}


def _text(page: Any) -> str:
    text: str = page.get_textpage().get_text_bounded()
    return text.replace(_HYPHEN_AT_LINE_END, "-")
