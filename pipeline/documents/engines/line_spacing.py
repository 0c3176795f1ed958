"""Finds line spacing that programs draw differently: Single, Multiple, and At least with less than a line needs.

There office2pdf spaces lines of Chinese and Japanese 1.3 times as far apart as LibreOffice, as its authors measured in
Word, and it draws At least as Exactly. Exact spacing is alike everywhere.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

from lxml import etree

from pipeline.documents.context_types import prints_picture
from pipeline.documents.engines.paragraph_space import has_own_format
from pipeline.errors import Problem, WordPlace
from pipeline.formats.word.docx_file import open_docx
from pipeline.formats.word.styles import Styles
from pipeline.formats.word.text import W
from pipeline.formats.word.word_places import Paragraph, Part

#: Line height of the fonts in twentieths of a point for a size in half points: of Latin and of wide letters.
_LATIN, _WIDE = 14.48, 14.48 * 1.3
_BETWEEN = (
    "the engine office2pdf may add the spaces between the paragraphs of this cell, of which other programs draw the "
    "larger, because the style of its table has formats of its own for some rows or columns"
)
_BETWEEN_HINT = "give the table the style Table Grid, or put the text into one paragraph"
_HINT = "set Line spacing to Exactly, which all programs draw alike; where it must stay, look at the pages"


@lru_cache(maxsize=128)
def spacing_warnings(template: bytes, engine: str) -> tuple[Problem, ...]:
    """Return a warning of each kind, which names no file, about the first paragraph that is spaced differently.

    ``engine`` is the one that draws. Typst draws exact spacing, and no styles of tables with formats for some rows.
    """
    if engine == "typst":
        return ()
    docx = open_docx(template)
    styles = Styles(docx)
    lines = (
        f"the engine {engine} spaces the lines of this paragraph differently from other programs, "
        "because their spacing is not exact"
    )
    kinds = [(Problem("engine-line-spacing", "warning", lines, _HINT), _differs)]
    if engine == "office2pdf":
        between = Problem("engine-paragraph-spacing", "warning", _BETWEEN, _BETWEEN_HINT)
        kinds.append((between, _is_beside_in_styled_cell))
    parts = [Part(name, root) for name, root in docx.text_parts.items()]
    found = [(problem, next(_places(parts, styles, differs), None)) for problem, differs in kinds]
    return tuple(replace(problem, place=place) for problem, place in found if place is not None)


def _places(parts: list[Part], styles: Styles, differs: Callable[[Paragraph, Styles], bool]) -> Iterator[WordPlace]:
    for part in parts:
        for index, paragraph in enumerate(part.paragraphs):
            if differs(paragraph, styles):
                yield part.place_at(index)


def _is_beside_in_styled_cell(paragraph: Paragraph, styles: Styles) -> bool:
    """Return True for the second of two paragraphs in a cell whose space the style of the table may set."""
    cell, former = paragraph.element.getparent(), paragraph.element.getprevious()
    if cell is None or cell.tag != f"{W}tc" or former is None or former.tag != f"{W}p":
        return False
    return has_own_format(cell, styles)


def _differs(paragraph: Paragraph, styles: Styles) -> bool:
    rule = styles.line_rule(paragraph.element)
    if rule == "exact" or not paragraph.text.strip() or prints_picture(paragraph.text):
        return False
    is_wide = "{{" in paragraph.text or any(unicodedata.east_asian_width(one) in "WF" for one in paragraph.text)
    if rule == "atLeast":
        needed = _largest_size(paragraph.element, styles) * (_WIDE if is_wide else _LATIN)
        return styles.line_pitch(paragraph.element) < needed
    return is_wide


def _largest_size(paragraph: etree._Element, styles: Styles) -> int:
    return max(map(styles.size, paragraph.iter(f"{W}r")), default=0)
