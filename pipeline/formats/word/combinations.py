"""Finds what engines draw otherwise only in a combination: a tab in an indented paragraph, a list with exact lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from pipeline.formats.word.inventory import InventoryEntry, entry_of
from pipeline.formats.word.list_numbers import is_plain
from pipeline.formats.word.merged_cells import merged_cells
from pipeline.formats.word.sections import is_on
from pipeline.formats.word.styles import Styles
from pipeline.formats.word.text import W
from pipeline.formats.word.word_places import Paragraph, Part

_INLINE = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}inline"
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/picture}pic"
_INDENTS = ("left", "start", "firstLine", "hanging")
_NO_INDENT = {None, "0"}
_WITH_TEXT = {f"{W}{name}" for name in ("t", "delText", "instrText", "delInstrText")}
#: For each kind of stripes: where a table says that it has a first row or column, and that it has no such stripes.
_STRIPES = {"Horz": ("firstRow", "noHBand", 0x0020, 0x0200), "Vert": ("firstColumn", "noVBand", 0x0080, 0x0400)}


class Found(NamedTuple):
    """An element, or None for the whole part, with its entry."""

    element: etree._Element | None
    entry: InventoryEntry


def combinations(part: Part, styles: Styles, width: int) -> Iterator[Found]:
    """Yield the entries of what paragraphs and tables do with their text and styles, on pages with text so wide."""
    for paragraph in part.paragraphs:
        if paragraph.text.strip():
            yield from _with_text(paragraph, styles)
            if paragraph.cell is None and _reaches_over(paragraph.element, styles, width):
                yield Found(paragraph.element, entry_of("~tab-outside"))
        level = styles.list_level(paragraph.element)
        if level is not None:
            yield from _in_list(paragraph, styles)
            if not is_plain(level):
                yield Found(paragraph.element, entry_of("~list-number"))
            if _follows_other_list(paragraph.element, level, styles):
                yield Found(paragraph.element, entry_of("~list-after-list"))
        elif styles.names_list(paragraph.element):
            yield Found(paragraph.element, entry_of("~list-style" if styles.has_list_styles else "~list-lost"))
    yield from (Found(cell, entry_of("~merge-lost")) for cell, is_begun in merged_cells(part.root) if not is_begun)
    yield from (Found(element, entry_of("~text-outside")) for element in part.root.iter() if _has_text_outside(element))
    for table in part.root.iter(f"{W}tbl"):
        if _has_stripes_below_heading(table, styles):
            yield Found(next(table.iter(f"{W}p"), None), entry_of("~stripes"))


def _with_text(paragraph: Paragraph, styles: Styles) -> Iterator[Found]:
    element = paragraph.element
    if any(True for _ in element.iterfind(f"{W}r/{W}drawing/{_INLINE}//{_PICTURE}")):
        yield Found(element, entry_of("~picture-in-line"))
    if is_on(element.find(f"{W}pPr/{W}rPr/{W}vanish")) and not _is_hidden(paragraph, styles):
        yield Found(element, entry_of("~hidden-mark"))
    if element.find(f"{W}r/{W}tab") is not None and _is_indented(element, styles):
        yield Found(element, entry_of("~tab-indented"))


def _in_list(paragraph: Paragraph, styles: Styles) -> Iterator[Found]:
    if styles.line_rule(paragraph.element) in {"exact", "atLeast"}:
        yield Found(paragraph.element, entry_of("~list-lines"))
    if paragraph.element.find(f"{W}pPr/{W}ind") is not None:
        yield Found(paragraph.element, entry_of("~list-indent"))


def _follows_other_list(paragraph: etree._Element, level: etree._Element, styles: Styles) -> bool:
    before = paragraph.getprevious()
    level_before = styles.list_level(before) if before is not None and before.tag == f"{W}p" else None
    return level_before is not None and level_before.getparent() is not level.getparent()


def _has_text_outside(element: etree._Element) -> bool:
    """Return True if an element has text of its own, or behind it, that is not text of the document."""
    is_word = str(element.tag).startswith(W)
    own = is_word and element.tag not in _WITH_TEXT and (element.text or "").strip()
    parent = element.getparent()
    behind = parent is not None and str(parent.tag).startswith(W) and (element.tail or "").strip()
    return bool(own or behind)


def _is_hidden(paragraph: Paragraph, styles: Styles) -> bool:
    return all(styles.is_hidden(run) for run in paragraph.element.iter(f"{W}r"))


def _is_indented(paragraph: etree._Element, styles: Styles) -> bool:
    return any(styles.indent(paragraph, side) not in _NO_INDENT for side in _INDENTS)


def _reaches_over(paragraph: etree._Element, styles: Styles, width: int) -> bool:
    """Return True if a paragraph has so many tabs that one may reach a tab stop to the right of the margin."""
    within = [stop for stop in styles.tab_stops(paragraph) if stop <= width or not width]
    tabs = sum(1 for _ in paragraph.iterfind(f"{W}r/{W}tab"))
    return len(within) < min(tabs, len(styles.tab_stops(paragraph)))


def _has_stripes_below_heading(table: etree._Element, styles: Styles) -> bool:
    """Return True if stripes begin below a first row, or beside a first column, of another format."""
    look = table.find(f"{W}tblPr/{W}tblLook")
    if look is None:
        return False
    kinds = styles.conditions(table)
    return any(
        _looks(look, first, flag) and not _looks(look, without, other)
        for direction, (first, without, flag, other) in _STRIPES.items()
        if any(kind.endswith(direction) for kind in kinds)
    )


def _looks(look: etree._Element, name: str, flag: int) -> bool:
    """Return True if a look has something: by its own attribute, or by a flag of older programs."""
    own = look.get(f"{W}{name}")
    if own is not None:
        return own in {"1", "true", "on"}
    try:
        return bool(int(look.get(f"{W}val") or "0", 16) & flag)
    except ValueError:
        return False
