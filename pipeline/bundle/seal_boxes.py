"""Finding the seal boxes on the pages of a document: boxes that contain only the character 印."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2
from pypdfium2 import raw

from pipeline.formats.pdf.read_page import Box
from pipeline.formats.pdf.reading import drawn_boxes

_SEAL = re.compile(r"(?<!\S)印(?!\S)")
_THIN = 2.0  # points: a thinner box is a line of a frame
#: Limits of a side in points: a smaller box has no room for a seal, a larger one is a table or the page.
_SMALLEST, _LARGEST = 20.0, 150.0


@dataclass(frozen=True, slots=True)
class SealBox:
    """A seal box: the index of its page, and the box in the page's own coordinates."""

    page: int
    box: Box


def seal_boxes(pdf: bytes) -> list[SealBox]:
    """Return the seal boxes in ``pdf``, page by page, from top to bottom and left to right."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        found = [SealBox(number, box) for number, page in enumerate(document) for box in _boxes(page)]
    finally:
        document.close()
    return sorted(found, key=lambda seal: (seal.page, -seal.box[3], seal.box[0]))


def _boxes(page: Any) -> Iterator[Box]:
    """The frame around each 印 between white space."""
    words = page.get_textpage()
    text = "".join(chr(raw.FPDFText_GetUnicode(words, place)) for place in range(words.count_chars()))
    drawn = list(drawn_boxes(page))
    for found in _SEAL.finditer(text):
        box = _around(words.get_charbox(found.start()), drawn)
        if box and all(_SMALLEST <= side <= _LARGEST for side in (box[2] - box[0], box[3] - box[1])):
            yield box


def _around(word: Box, drawn: Sequence[Box]) -> Box | None:
    """The frame around a character: a rectangle, or the nearest lines on its four sides."""
    x, y = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
    vertical = [box for box in drawn if box[2] - box[0] < _THIN and box[1] <= y <= box[3]]
    horizontal = [box for box in drawn if box[3] - box[1] < _THIN and box[0] <= x <= box[2]]
    sides = (
        [box[2] for box in vertical if box[2] < x],
        [box[3] for box in horizontal if box[3] < y],
        [box[0] for box in vertical if box[0] > x],
        [box[1] for box in horizontal if box[1] > y],
    )
    frames = [box for box in drawn if box[0] < word[0] and box[1] < word[1] and box[2] > word[2] and box[3] > word[3]]
    if all(sides):
        frames.append((max(sides[0]), max(sides[1]), min(sides[2]), min(sides[3])))
    return min(frames, key=_area, default=None)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
