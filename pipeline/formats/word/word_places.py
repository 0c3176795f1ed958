"""Places in a Word file: part, paragraph and table cell, and the text before and after."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from pipeline.errors import WordPlace
from pipeline.formats.word.parts import MAIN_PART
from pipeline.formats.word.text import W, paragraph_of, paragraph_texts

_TABLE, _ROW, _CELL = f"{W}tbl", f"{W}tr", f"{W}tc"
_PARAGRAPH = f"{W}p"
_NUMBERED = re.compile(r"word/(header|footer)(\d*)\.xml")
LONGEST_QUOTE = 160


@dataclass(frozen=True, slots=True, eq=False)
class Paragraph:
    """A paragraph with its text and table cell. ``number`` counts the paragraphs of its part from 1."""

    element: etree._Element
    number: int
    cell: str | None
    text: str


class Part:
    """One part of a Word file with text."""

    def __init__(self, name: str, root: etree._Element) -> None:
        self.name, self.root = name, root

    @property
    def label(self) -> str:
        """The name for people: body, header 1, footer 2, footnotes. Other parts have the name in the archive."""
        numbered = _NUMBERED.fullmatch(self.name)
        if numbered:
            return f"{numbered[1]} {numbered[2]}".strip()
        return {MAIN_PART: "body", "word/footnotes.xml": "footnotes"}.get(self.name, self.name)

    @cached_property
    def paragraphs(self) -> list[Paragraph]:
        """Its paragraphs in order, including those of table cells and text boxes."""
        texts = paragraph_texts(self.root)
        return [Paragraph(element, number, cell, texts[element]) for number, (element, cell) in self._numbered]

    @property
    def _numbered(self) -> Iterator[tuple[int, tuple[etree._Element, str | None]]]:
        return enumerate(_walk(self.root), start=1)

    @cached_property
    def _by_element(self) -> Mapping[etree._Element, int]:
        return {paragraph.element: index for index, paragraph in enumerate(self.paragraphs)}

    def place(self, element: etree._Element | None) -> WordPlace:
        """Return the place of ``element``, of a table that of its first paragraph, else only the part."""
        paragraph = _paragraph_near(element) if element is not None else None
        index = self._by_element.get(paragraph) if paragraph is not None else None
        return WordPlace(self.label) if index is None else self.place_at(index)

    def place_at(self, index: int) -> WordPlace:
        """Return the place of a paragraph by its index in ``paragraphs``."""
        paragraph = self.paragraphs[index]
        before = next(filter(None, map(self._stripped, range(index - 1, -1, -1))), None)
        after = next(filter(None, map(self._stripped, range(index + 1, len(self.paragraphs)))), None)
        return WordPlace(
            self.label, paragraph.number, paragraph.cell, _cut(before), _cut(self._stripped(index)) or None, _cut(after)
        )

    def _stripped(self, index: int) -> str:
        return self.paragraphs[index].text.strip()


def _paragraph_near(element: etree._Element) -> etree._Element | None:
    """Return the paragraph of an element, its first one, or the first one of the cell, row or table around it."""
    own = paragraph_of(element)
    if own is not None:
        return own
    around = (element, *element.iterancestors(_CELL, _ROW, _TABLE))
    return next((paragraph for one in around for paragraph in one.iter(_PARAGRAPH)), None)


def _cut(text: str | None) -> str | None:
    return text[:LONGEST_QUOTE] if text else text


def _walk(root: etree._Element) -> Iterator[tuple[etree._Element, str | None]]:
    """Yield every paragraph with its table, row and column: of nested tables, those of the innermost."""
    numbers: dict[etree._Element, int] = {}
    counts: Counter[etree._Element] = Counter()
    for element in root.iter(_TABLE, _ROW, _CELL, _PARAGRAPH):
        if element.tag == _PARAGRAPH:
            yield element, _cell(element, numbers)
            continue
        outer = {_ROW: _TABLE, _CELL: _ROW}.get(str(element.tag))
        around = next(element.iterancestors(outer), root) if outer else root
        counts[around] += 1
        numbers[element] = counts[around]


def _cell(paragraph: etree._Element, numbers: Mapping[etree._Element, int]) -> str | None:
    words: list[str] = []
    for element in paragraph.iterancestors(_TABLE, _ROW, _CELL):
        word = {_TABLE: "table", _ROW: "row", _CELL: "column"}[element.tag]
        words.append(f"{word} {numbers.get(element, 1)}")
        if element.tag == _TABLE:
            break
    return ", ".join(reversed(words)) or None
