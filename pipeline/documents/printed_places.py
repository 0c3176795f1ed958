"""The places on the pages of a document where the values of fields are printed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pypdfium2

from pipeline.documents.origins import PrintedText
from pipeline.documents.proof.lost_text import UNCOUNTED
from pipeline.formats.pdf.letters import Letter, letters_of
from pipeline.formats.pdf.read_page import Box


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """A place where the value of the field at ``pointer`` is printed, or a line of it: page (from 0) and box."""

    pointer: str
    page: int
    box: Box


def find_places(document: pypdfium2.PdfDocument, printed: Iterable[PrintedText]) -> list[FieldPlace]:
    """Return the places of the texts that come from one field, in the order of the pages.

    A text is found if the pages have it as often as the template prints it: otherwise a text of the template would lead
    to a field. What a header repeats on each page is printed once.
    """
    letters = [(plain, letter) for letter in letters_of(document) for plain in _plain(letter.character)]
    pages = _Pages("".join(plain for plain, _ in letters), [letter for _, letter in letters], len(document))
    return sorted(pages.places(printed), key=lambda place: (place.page, -place.box[3], place.box[0]))


class _Pages:
    def __init__(self, text: str, letters: Sequence[Letter], count: int) -> None:
        self._text, self._letters, self._count = text, letters, count
        self._used = bytearray(len(text))

    def places(self, printed: Iterable[PrintedText]) -> Iterator[FieldPlace]:
        """Yield the places of the texts. The longest are found first: a shorter one may be a part of them."""
        pointers: dict[str, list[str | None]] = {}
        for each in printed:
            pointers.setdefault(_plain(each.text), []).append(each.pointer)
        for text in sorted(filter(None, pointers), key=len, reverse=True):
            printings, own = self._printings(list(self._find(text))), pointers[text]
            is_clear = len(set(own)) == 1 or all(len(starts) == 1 for starts in printings)
            if is_clear and len(printings) == len(own):
                for starts, pointer in zip(printings, own, strict=True):
                    for start in starts if pointer is not None else ():
                        yield from _lines(str(pointer), self._letters[start : start + len(text)])

    def _printings(self, starts: list[int]) -> list[list[int]]:
        """Return these places of one text by printing: what is at one place of every page is one, as in a header."""
        at_place: dict[tuple[int, ...], list[int]] = {}
        for start in starts:
            at_place.setdefault(tuple(map(round, self._letters[start].box)), []).append(start)
        repeated = [listed for listed in at_place.values() if len(listed) == self._count]
        others = sorted(start for listed in at_place.values() if listed not in repeated for start in listed)
        return [*repeated, *([start] for start in others)]

    def _find(self, text: str) -> Iterator[int]:
        """Yield where a text begins that is no part of a longer one, and mark its letters."""
        start = self._text.find(text)
        while start >= 0:
            end = start + len(text)
            if any(self._used[start:end]):
                start = self._text.find(text, start + 1)
                continue
            self._used[start:end] = b"\1" * len(text)
            yield start
            start = self._text.find(text, end)


def _lines(pointer: str, letters: Sequence[Letter]) -> Iterator[FieldPlace]:
    """Yield the place of each line of these letters."""
    page, box = letters[0].page, letters[0].box
    for letter in letters[1:]:
        if letter.page == page and _is_beside(letter.box, box):
            left, lower, right, upper = letter.box
            box = (min(box[0], left), min(box[1], lower), max(box[2], right), max(box[3], upper))
        else:
            yield FieldPlace(pointer, page, box)
            page, box = letter.page, letter.box
    yield FieldPlace(pointer, page, box)


def _is_beside(one: Box, other: Box) -> bool:
    middle = (one[1] + one[3]) / 2
    return other[1] - 1 <= middle <= other[3] + 1


def _plain(text: str) -> str:
    return UNCOUNTED.sub("", unicodedata.normalize("NFKC", text))
