"""Finds line spacing that programs draw differently: Single, Multiple, and At least with less than a line needs.

There office2pdf spaces lines of Chinese and Japanese 1.3 times as far apart as LibreOffice, as its authors measured in
Word, and it draws At least as Exactly. Exact spacing is alike everywhere.
"""

from __future__ import annotations

import unicodedata

from lxml import etree

from pipeline.documents.context_types import prints_picture
from pipeline.errors import Problem
from pipeline.formats.word.docx_file import open_docx
from pipeline.formats.word.styles import Styles
from pipeline.formats.word.text import W
from pipeline.formats.word.word_places import Paragraph, Part

#: Line height of the fonts in twentieths of a point for a size in half points: of Latin and of wide letters.
_LATIN, _WIDE = 14.48, 14.48 * 1.3
_HINT = "set Line spacing to Exactly, which all programs draw alike; where it must stay, look at the pages"


def spacing_warnings(template: bytes, engine: str) -> list[Problem]:
    """Return a warning, which names no file, about the first paragraph that the engine that draws spaces differently.

    The engine typst draws exact spacing only.
    """
    if engine == "typst":
        return []
    docx = open_docx(template)
    styles = Styles(docx)
    for name, root in docx.text_parts.items():
        part = Part(name, root)
        for index, paragraph in enumerate(part.paragraphs):
            if _differs(paragraph, styles):
                message = (
                    f"the engine {engine} spaces the lines of this paragraph differently from other programs, "
                    "because their spacing is not exact"
                )
                return [Problem("engine-line-spacing", "warning", message, _HINT, place=part.place_at(index))]
    return []


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
