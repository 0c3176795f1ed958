"""Finds text that lies on other text, by the boxes of its characters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pypdfium2

from pipeline.formats.pdf.read_page import Box

#: Two characters lie on each other if they share so much of the smaller one. Neighbours share a tenth at most.
_SHARED = 0.3
#: Side in points of the squares by which characters are compared with their neighbours only.
_SQUARE = 20
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
        for x in range(int(box[0] // _SQUARE), int(box[2] // _SQUARE) + 1):
            for y in range(int(box[1] // _SQUARE), int(box[3] // _SQUARE) + 1):
                squares[x, y].append((number, box))
    pairs = (pair for boxes in squares.values() for pair in combinations(boxes, 2))
    return any(later - earlier > _NEAREST and _overlap(one, other) for (earlier, one), (later, other) in pairs)


def _boxes(page: Any) -> Iterator[tuple[int, Box]]:
    text = page.get_textpage()
    letters = text.get_text_range()
    for number in range(min(text.count_chars(), len(letters))):
        box: Box = text.get_charbox(number)
        if letters[number].strip() and box[2] > box[0] and box[3] > box[1]:
            yield number, box


def _overlap(one: Box, other: Box) -> bool:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return width > 0 and height > 0 and width * height > _SHARED * smaller
