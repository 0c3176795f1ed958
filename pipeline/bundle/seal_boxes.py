"""Where on the pages of a document the empty places for seals are: boxes with the word 印 alone in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2
from pypdfium2 import raw

from pipeline.formats.pdf.reading import Box, drawn_boxes

_SEAL = re.compile(r"(?<!\S)印(?!\S)")
_THIN = 2.0  # points: what is thinner is a line of a frame
#: Sides of a box in points. A smaller one takes no seal; a larger one is a table or the page.
_SMALLEST, _LARGEST = 20.0, 150.0


@dataclass(frozen=True, slots=True)
class SealBox:
    """An empty place for a seal: page of the document, from 0, and the box in the page's own points."""

    page: int
    box: Box


def seal_boxes(pdf: bytes) -> list[SealBox]:
    """The places for seals in ``pdf``, page by page, from top to bottom and left to right."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        found = [SealBox(number, box) for number, page in enumerate(document) for box in _boxes(page)]
    finally:
        document.close()
    return sorted(found, key=lambda seal: (seal.page, -seal.box[3], seal.box[0]))


def _boxes(page: Any) -> Iterator[Box]:
    """The frame around each 印 that stands by itself."""
    words = page.get_textpage()
    text = "".join(chr(raw.FPDFText_GetUnicode(words, place)) for place in range(words.count_chars()))
    drawn = list(drawn_boxes(page))
    for found in _SEAL.finditer(text):
        box = _around(words.get_charbox(found.start()), drawn)
        if box and all(_SMALLEST <= side <= _LARGEST for side in (box[2] - box[0], box[3] - box[1])):
            yield box


def _around(word: Box, drawn: Sequence[Box]) -> Box | None:
    """The frame around a word: a rectangle of its own, or the nearest lines on its four sides."""
    x, y = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
    upright = [box for box in drawn if box[2] - box[0] < _THIN and box[1] <= y <= box[3]]
    level = [box for box in drawn if box[3] - box[1] < _THIN and box[0] <= x <= box[2]]
    sides = (
        [box[2] for box in upright if box[2] < x],
        [box[3] for box in level if box[3] < y],
        [box[0] for box in upright if box[0] > x],
        [box[1] for box in level if box[1] > y],
    )
    frames = [box for box in drawn if box[0] < word[0] and box[1] < word[1] and box[2] > word[2] and box[3] > word[3]]
    if all(sides):
        frames.append((max(sides[0]), max(sides[1]), min(sides[2]), min(sides[3])))
    return min(frames, key=_area, default=None)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
