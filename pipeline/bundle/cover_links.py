"""Where a cover sheet names the documents of its bundle: titles and page numbers that can be clicked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pypdfium2
from pypdfium2 import raw

from pipeline.bundle.piece import Piece
from pipeline.formats.pdf.reading import Box, squeezed

_NUMBER = re.compile(r"(?<!\S)[0-9]{1,4}(?!\S)")
_AROUND = 1.5  # points by which the place to click is larger than the words


@dataclass(frozen=True, slots=True)
class Link:
    """A place on a page, in the page's own points, and the id of the document that it leads to."""

    place: Box
    to: str
    title: str


def cover_links(cover: Piece, pieces: Sequence[Piece]) -> list[list[Link]]:
    """For each page of a cover sheet, its links. What it does not name has none."""
    document = pypdfium2.PdfDocument(cover.pdf)
    try:
        return [list(_links(_Letters(page), pieces)) for page in document]
    finally:
        document.close()


def _links(letters: _Letters, pieces: Sequence[Piece]) -> Iterator[Link]:
    """The first piece of a title has a link on it; each has one on its number in the title's row."""
    titles: dict[str, Box] = {}
    numbers = list(letters.numbers())
    for piece in pieces:
        words = squeezed(piece.listed_as or "")
        if not words or piece.is_cover:
            continue
        if words not in titles:
            places = letters.find(words)
            if not places:
                continue
            titles[words] = letters.around(places)
            yield Link(titles[words], piece.id, piece.title)
        _, _, right, upper = titles[words]
        beside = [box for number, box in numbers if number == piece.page and box[0] > right and box[1] < upper]
        if beside:
            yield Link(max(beside, key=lambda box: box[3]), piece.id, piece.title)


class _Letters:
    """The letters of a page in reading order. ``words`` are those without spaces, at ``places`` in the order."""

    def __init__(self, page: Any) -> None:
        self._page = page.get_textpage()
        self._text = "".join(
            chr(raw.FPDFText_GetUnicode(self._page, place)) for place in range(self._page.count_chars())
        )
        kept = [(_squeezed(letter), place) for place, letter in enumerate(self._text)]
        self.words = "".join(shown for shown, _ in kept)
        self.places = [place for shown, place in kept for _ in shown]

    def find(self, words: str) -> Sequence[int]:
        """Where ``words`` stand first by themselves: between spaces or ends of lines. Empty if they do not."""
        for found in re.finditer(re.escape(words), self.words):
            places = self.places[found.start() : found.end()]
            around = self._text[max(0, places[0] - 1) : places[0]] + self._text[places[-1] + 1 : places[-1] + 2]
            if not around.strip():
                return places
        return []

    def numbers(self) -> Iterator[tuple[int, Box]]:
        """The numbers that stand by themselves, each with where it is."""
        for found in _NUMBER.finditer(self._text):
            yield int(found[0]), self.around(range(*found.span()))

    def around(self, places: Sequence[int]) -> Box:
        """The box around some letters."""
        boxes = [self._page.get_charbox(place) for place in places]
        lefts, lowers, rights, uppers = zip(*boxes, strict=True)
        return min(lefts) - _AROUND, min(lowers) - _AROUND, max(rights) + _AROUND, max(uppers) + _AROUND


@cache
def _squeezed(letter: str) -> str:
    return squeezed(letter)
