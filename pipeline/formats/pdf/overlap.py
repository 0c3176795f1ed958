"""Finds text that lies on other text, by the boxes of its characters."""

from __future__ import annotations

import ctypes
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from typing import Any

import pypdfium2
from pypdfium2 import raw

from pipeline.formats.pdf.read_page import Box

#: Two characters lie on each other if they share so much of the smaller one. Neighbours share a tenth at most.
_SHARED = 0.3
#: Side in points of the squares by which characters are compared with their neighbours only.
_SQUARE = 12
#: The letters of a ligature share its box, and those of slanted text lean over the next.
_NEAREST = 3


def pages_with_overlaps(pdf: bytes) -> list[int]:
    """Return the numbers (from 1) of the pages on which text lies on other text."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [number for number, page in enumerate(document, start=1) if _has_overlap(page)]
    finally:
        document.close()


def _has_overlap(page: Any) -> bool:
    squares: dict[tuple[int, int], list[tuple[int, Box]]] = defaultdict(list)
    for number, box in _boxes(page):
        for square in product(_range(box[0], box[2]), _range(box[1], box[3])):
            earlier = squares[square]
            if any(number - before > _NEAREST and _overlap(box, other) for before, other in earlier):
                return True
            earlier.append((number, box))
    return False


def _range(start: float, end: float) -> range:
    return range(int(start // _SQUARE), int(end // _SQUARE) + 1)


def _boxes(page: Any) -> Iterator[tuple[int, Box]]:
    text = page.get_textpage()
    letters = text.get_text_range()
    left, right, lower, upper = (ctypes.c_double() for _ in range(4))
    for number in range(min(text.count_chars(), len(letters))):
        raw.FPDFText_GetCharBox(text, number, left, right, lower, upper)
        box = (left.value, lower.value, right.value, upper.value)
        if letters[number].strip() and box[2] > box[0] and box[3] > box[1]:
            yield number, box


def _overlap(one: Box, other: Box) -> bool:
    if one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]:
        return False
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return width * height > _SHARED * smaller
