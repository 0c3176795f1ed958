"""Reading a finished PDF with a second parser: its pages, its text, the fonts that it embeds."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import pypdfium2
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from pipeline.fonts import undrawable

#: What PDFium gives for a hyphen at which a word is broken at the end of a line.
_HYPHEN_AT_LINE_END = "\x02"
#: What stands for a character that was lost.
_REPLACEMENT = "\ufffd"
#: Line ends and spaces are drawn as nothing.
_BLANK = ("Cc", "Cf", "Zl", "Zp", "Zs")


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page as it was read: its text with its lines, its width and height in points as it is shown."""

    text: str
    size: tuple[float, float]


@lru_cache(maxsize=4)
def read_pages(pdf: bytes) -> tuple[ReadPage, ...]:
    """Every page of ``pdf``. A document is asked for several things in turn, and read once."""
    document = pypdfium2.PdfDocument(pdf)
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


def replaced_characters(pdf: bytes) -> str:
    """Characters that the text of ``pdf`` has and no shipped font: a box stands on the page instead."""
    text = "".join(page.text for page in read_pages(pdf))
    missing = (character for character in undrawable(text) if unicodedata.category(character) not in _BLANK)
    return "".join([*missing, *(_REPLACEMENT if _REPLACEMENT in text else "")])


def embedded_fonts(pdf: bytes) -> set[str]:
    """PostScript names, without subset tags, of the fonts that the pages of ``pdf`` use."""
    fonts: set[str] = set()
    for page in PdfReader(io.BytesIO(pdf)).pages:
        resources = cast("DictionaryObject", page["/Resources"].get_object())
        for font in cast("DictionaryObject", resources.get("/Font", DictionaryObject())).values():
            fonts.add(str(cast("DictionaryObject", font.get_object())["/BaseFont"]).lstrip("/").rpartition("+")[2])
    return fonts


def _text(page: Any) -> str:
    text: str = page.get_textpage().get_text_bounded()
    return text.replace(_HYPHEN_AT_LINE_END, "-")
