"""Tags that would take text or tables with them: beside other content, or with a mark that merges paragraphs.

docxtpl replaces the whole paragraph, row or cell of a tag such as ``{%p if … %}`` by the tag, and ``{%-`` and ``-%}``
remove everything up to the text before or after.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from pipeline.errors import Problem
from pipeline.formats.word.rejections import rejection
from pipeline.formats.word.text import W, text_of
from pipeline.formats.word.word_places import Part

#: A tag ends before the next one of its kind begins, so that a text full of openings takes linear, not squared time.
TAG = re.compile(r"\{\{(?:[^{]|\{(?!\{))*?\}\}|\{%(?:[^{]|\{(?!%))*?%\}|\{#(?:[^{]|\{(?!#))*?#\}")
_MERGING = re.compile(r"\{%-|-%\}")
_WIDE = re.compile(r"\{[{%#](p|tr|tc)\s")
#: The letters of a tag -> the elements of which it is one, and their name.
_UNITS: Mapping[str, tuple[str, str]] = {
    "p": (f"{W}p", "paragraph"),
    "tr": (f"{W}tr", "table row"),
    "tc": (f"{W}tc", "table cell"),
}
_CONTENT = (f"{W}drawing", f"{W}pict", f"{W}sectPr", f"{W}footnoteReference", f"{W}sym")


def misplaced_tags(part: Part) -> Iterator[Problem]:
    """Yield a problem for each tag that would take other content with it."""
    for paragraph in part.paragraphs:
        if _MERGING.search("".join(TAG.findall(paragraph.text))):
            message = "the mark - of this tag removes what is between the tag and the next text, such as a table"
            yield rejection("template-tag-mark", message, part.place(paragraph.element))
        for letters in dict.fromkeys(_WIDE.findall(paragraph.text)):
            tag, name = _UNITS[letters]
            unit = next(
                (one for one in (paragraph.element, *paragraph.element.iterancestors()) if one.tag == tag), None
            )
            if unit is not None and _has_more(unit):
                message = f"a tag for a whole {name} is not alone in it: the rest would be lost"
                yield rejection("template-tag-place", message, part.place(paragraph.element))


def _has_more(unit: etree._Element) -> bool:
    """Return True if a paragraph, row or cell has anything but one tag."""
    text = "\n".join(text_of(paragraph) for paragraph in unit.iter(f"{W}p"))
    return bool(TAG.sub("", text, count=1).strip()) or next(unit.iter(*_CONTENT), None) is not None
