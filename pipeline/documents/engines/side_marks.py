"""Marks the left side of tables with lines between rows and none at the side, so that the end of each row can be found.

A mark is a border of a colour that no letter has. It is removed from the PDF (``cell_borders.py``).
"""

from __future__ import annotations

from collections.abc import Collection
from zipfile import BadZipFile

from lxml import etree

from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.parts import MAIN_PART
from pipeline.formats.word.styles import Styles
from pipeline.formats.word.text import W, xml_parser
from pipeline.formats.zip_archive import pack, read_parts

#: A hairline.
_MARK = {"val": "single", "sz": "1", "space": "0", "color": "FEFDFE"}
#: How a PDF of office2pdf writes the colour.
MARK_IN_PDF = b" 0.99607843 0.99215686 0.99607843 "
_NO_LINE = {None, "nil", "none"}
_SHEET = "word/styles.xml"
#: What Word writes in the properties of a cell before its borders.
_BEFORE_BORDERS = ("cnfStyle", "tcW", "gridSpan", "hMerge", "vMerge")
_BEFORE_LEFT = ("top",)


def mark_sides(docx: bytes) -> bytes | None:
    """Return a Word file with marks, or None if no table needs them."""
    try:
        parts = read_parts(docx)
        xml = {name: etree.fromstring(parts[name], xml_parser()) for name in (MAIN_PART, _SHEET) if name in parts}
    except (BadZipFile, etree.LxmlError):
        return None  # the engine reports it
    if MAIN_PART not in xml:
        return None
    root, styles = xml[MAIN_PART], Styles(DocxFile(parts, xml))
    tables = [table for table in root.iter(f"{W}tbl") if _has_lines_between_rows_only(table, styles)]
    cells = [cell for table in tables for row in table.iterfind(f"{W}tr") for cell in row.findall(f"{W}tc")[:1]]
    unmarked = [cell for cell in cells if not _has_left_border(cell)]
    if not unmarked:
        return None
    for cell in unmarked:
        _mark(cell)
    changed = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return pack(parts | {MAIN_PART: changed})


def _has_lines_between_rows_only(table: etree._Element, styles: Styles) -> bool:
    own = [side for name in ("top", "bottom") for side in table.iterfind(f"{W}tr/{W}tc/{W}tcPr/{W}tcBorders/{W}{name}")]
    between = [side for name in ("insideH", "top", "bottom") for side in styles.table_borders(table, name)]
    left = [side for name in ("left", "start") for side in styles.table_borders(table, name)]
    return any(map(_is_line, [*own, *between])) and not any(map(_is_line, left))


def _is_line(side: etree._Element) -> bool:
    return side.get(f"{W}val") not in _NO_LINE


def _has_left_border(cell: etree._Element) -> bool:
    borders = cell.find(f"{W}tcPr/{W}tcBorders")
    return borders is not None and any(map(_is_line, borders.iterchildren(f"{W}left", f"{W}start")))


def _mark(cell: etree._Element) -> None:
    borders = _child(_child(cell, "tcPr", ()), "tcBorders", _BEFORE_BORDERS)
    for side in list(borders.iterchildren(f"{W}start")):
        borders.remove(side)
    mark = _child(borders, "left", _BEFORE_LEFT)
    mark.attrib.update({f"{W}{name}": value for name, value in _MARK.items()})


def _child(parent: etree._Element, name: str, before: Collection[str]) -> etree._Element:
    """Return a child, which is added behind those named in ``before`` if it is missing."""
    child = parent.find(f"{W}{name}")
    if child is None:
        child = etree.Element(f"{W}{name}")
        parent.insert(sum(str(other.tag)[len(W) :] in before for other in parent), child)
    return child
