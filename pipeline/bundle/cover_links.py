"""Links of a cover sheet: its titles and page numbers lead to the documents of the bundle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pypdfium2
from pypdfium2 import raw

from pipeline.bundle.piece import Piece
from pipeline.formats.pdf.read_page import Box
from pipeline.formats.pdf.reading import squeeze

_NUMBER = re.compile(r"(?<!\S)[0-9]{1,4}(?!\S)")
_AROUND = 1.5  # points by which a link is larger than its text


@dataclass(frozen=True, slots=True)
class Link:
    """A link: its box in the page's own coordinates, and the id and title of the document to which it leads."""

    box: Box
    to: str
    title: str


def cover_links(cover: Piece, pieces: Sequence[Piece]) -> list[list[Link]]:
    """Return the links of each page of a cover sheet. A document that it does not name gets none."""
    document = pypdfium2.PdfDocument(cover.pdf)
    try:
        return [list(_links(_Letters(page), pieces)) for page in document]
    finally:
        document.close()


def _links(letters: _Letters, pieces: Sequence[Piece]) -> Iterator[Link]:
    """A title leads to the first piece that has it; the page numbers in its row lead to their pieces."""
    titles: dict[str, Box] = {}
    numbers = list(letters.numbers())
    for piece in pieces:
        words = squeeze(piece.listed_as or "")
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
    """The characters of a page in reading order. ``words`` are those without white space, ``places`` their indices."""

    def __init__(self, page: Any) -> None:
        self._page = page.get_textpage()
        self._text = "".join(
            chr(raw.FPDFText_GetUnicode(self._page, place)) for place in range(self._page.count_chars())
        )
        letters = [(_squeezed(letter), place) for place, letter in enumerate(self._text)]
        self.words = "".join(letter for letter, _ in letters)
        self.places = [place for letter, place in letters for _ in letter]

    def find(self, words: str) -> Sequence[int]:
        """Return the indices of the first ``words`` between white space or ends of lines, or an empty list."""
        for found in re.finditer(re.escape(words), self.words):
            places = self.places[found.start() : found.end()]
            around = self._text[max(0, places[0] - 1) : places[0]] + self._text[places[-1] + 1 : places[-1] + 2]
            if not around.strip():
                return places
        return []

    def numbers(self) -> Iterator[tuple[int, Box]]:
        """Yield each number between white space with its box."""
        for found in _NUMBER.finditer(self._text):
            yield int(found[0]), self.around(range(*found.span()))

    def around(self, places: Sequence[int]) -> Box:
        """Return the box around some characters."""
        boxes = [self._page.get_charbox(place) for place in places]
        lefts, lowers, rights, uppers = zip(*boxes, strict=True)
        return min(lefts) - _AROUND, min(lowers) - _AROUND, max(rights) + _AROUND, max(uppers) + _AROUND


@cache
def _squeezed(letter: str) -> str:
    return squeeze(letter)
