"""The letters on the pages of a PDF, each with its box."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2
from pypdfium2 import raw

from pipeline.formats.pdf.read_page import Box


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, the number of its page (from 0), and its box."""

    character: str
    page: int
    box: Box


def letters_of(document: pypdfium2.PdfDocument) -> Iterator[Letter]:
    """Yield the letters of all pages in the order of the text."""
    for number in range(len(document)):
        yield from _of_page(document[number], number)


def _of_page(page: Any, number: int) -> Iterator[Letter]:
    text = page.get_textpage()
    left, right, lower, upper = (ctypes.c_double() for _ in range(4))
    for index in range(text.count_chars()):
        raw.FPDFText_GetCharBox(text, index, left, right, lower, upper)
        character = chr(raw.FPDFText_GetUnicode(text, index))
        yield Letter(character, number, (left.value, lower.value, right.value, upper.value))
