"""Lets one of two spaces between paragraphs count where office2pdf adds them or drops both.

In a cell it adds the space after a paragraph to the space before the next one; Word and LibreOffice take the larger.
Of two paragraphs of one style, “Don't add space” of the first also drops the space before the second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from lxml import etree

from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.sections import is_on
from pipeline.formats.word.styles import Styles
from pipeline.formats.word.text import W

_CONTEXTUAL = b"<w:contextualSpacing"
_CELL = b"<w:tc"
#: Between these, two paragraphs are no neighbours.
_BLOCKS = (f"{W}tbl", f"{W}sdt")
#: What may stand before the space in the properties of a paragraph.
_EARLIER = (
    *("pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "numPr", "suppressLineNumbers"),
    *("pBdr", "shd", "tabs", "suppressAutoHyphens", "kinsoku", "wordWrap", "overflowPunct", "topLinePunct"),
    *("autoSpaceDE", "autoSpaceDN", "bidi", "adjustRightInd", "snapToGrid"),
)


def may_have_spaces(word: Mapping[str, bytes]) -> bool:
    """Return True if the parts of a file may have two spaces of which one counts."""
    has_both = all(any(mark in part for part in word.values()) for mark in (b"w:before=", b"w:after=", _CELL))
    return has_both or any(_CONTEXTUAL in part for part in word.values())


def settle_spaces(docx: DocxFile) -> bool:
    """Remove the space that does not count beside that of the neighbour. Return True if there was one."""
    styles = Styles(docx)
    found = [pair for root in docx.text_parts.values() for pair in _neighbours(root, styles)]
    spaces = [_counting(first, second, styles) for first, second in found]
    for (first, second), (after, before) in zip(found, spaces, strict=True):
        _set_space(first, "after", after)
        _set_space(second, "before", before)
    return bool(found)


def _neighbours(root: etree._Element, styles: Styles) -> Iterator[tuple[etree._Element, etree._Element]]:
    """Yield two paragraphs of whose spaces office2pdf does not draw the one that counts."""
    for parent in {paragraph.getparent(): None for paragraph in root.iter(f"{W}p")}:
        if parent is None or (parent.tag == f"{W}tc" and has_own_format(parent, styles)):
            continue
        children = list(parent.iterchildren(f"{W}p", *_BLOCKS))
        for first, second in pairwise(children):
            if first.tag != f"{W}p" or second.tag != f"{W}p":
                continue
            is_added = parent.tag == f"{W}tc" and _space(first, "after", styles) and _space(second, "before", styles)
            if is_added or _is_contextual(first, styles) or _is_contextual(second, styles):
                yield first, second


def has_own_format(cell: etree._Element, styles: Styles) -> bool:
    """Return True for a cell of a table whose style formats paragraphs of some rows or columns, which is not read."""
    return any(style.find(f"{W}tblStylePr/{W}pPr") is not None for style in _of_table(cell, styles))


def _of_table(inside: etree._Element, styles: Styles) -> Iterator[etree._Element]:
    """Yield the styles of the table in which an element is."""
    table = next(inside.iterancestors(f"{W}tbl"), None)
    return styles.of_table(table) if table is not None else iter(())


def _counting(first: etree._Element, second: etree._Element, styles: Styles) -> tuple[int, int]:
    """Return the space after a paragraph and before the next one: the larger, and 0."""
    is_same = styles.paragraph_style(first) == styles.paragraph_style(second)
    after = 0 if is_same and _is_contextual(first, styles) else _space(first, "after", styles)
    before = 0 if is_same and _is_contextual(second, styles) else _space(second, "before", styles)
    return (after, 0) if after >= before else (0, before)


def _properties(paragraph: etree._Element, styles: Styles) -> list[etree._Element]:
    """Return the properties of a paragraph in order of precedence: those of a table's style precede the defaults."""
    listed = list(styles.of_paragraph(paragraph))
    defaults = [one for one in listed if next(one.iterancestors(f"{W}docDefaults"), None) is not None]
    of_table = (style.find(f"{W}pPr") for style in _of_table(paragraph, styles))
    return [*listed[: len(listed) - len(defaults)], *(one for one in of_table if one is not None), *defaults]


def _space(paragraph: etree._Element, side: str, styles: Styles) -> int:
    spaces = (
        one.get(f"{W}{side}") or "" for each in _properties(paragraph, styles) for one in each.iterfind(f"{W}spacing")
    )
    return next((int(space) for space in spaces if space.isdecimal()), 0)


def _is_contextual(paragraph: etree._Element, styles: Styles) -> bool:
    switches = (one for each in _properties(paragraph, styles) for one in each.iterfind(f"{W}contextualSpacing"))
    return is_on(next(switches, None))


def _set_space(paragraph: etree._Element, side: str, value: int) -> None:
    properties = paragraph.find(f"{W}pPr")
    if properties is None:
        properties = etree.Element(f"{W}pPr")
        paragraph.insert(0, properties)
    spacing = properties.find(f"{W}spacing")
    if spacing is None:
        spacing = etree.Element(f"{W}spacing")
        properties.insert(len(list(properties.iterchildren(*(f"{W}{name}" for name in _EARLIER)))), spacing)
    spacing.set(f"{W}{side}", str(value))
    for switch in list(properties.iterchildren(f"{W}contextualSpacing")):
        properties.remove(switch)
    place = properties.index(spacing) + 1
    place += len(list(properties.iterchildren(f"{W}ind")))
    properties.insert(place, etree.Element(f"{W}contextualSpacing", {f"{W}val": "0"}))
