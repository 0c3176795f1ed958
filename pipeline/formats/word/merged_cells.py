"""Cells of a table that are merged with the one above."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from pipeline.formats.word.text import W

_ROW_TAG = "{%tr"
_MERGE = f"{W}vMerge"


def merged_cells(root: etree._Element) -> Iterator[tuple[etree._Element, bool]]:
    """Yield each cell below ``root`` that continues the one above, with True if a cell above begins the merge.

    Rows that have only a tag for rows are not in the filled file.
    """
    if root.find(f".//{_MERGE}") is None:
        return
    for table in root.iter(f"{W}tbl"):
        above: set[int] = set()
        for row in table.iter(f"{W}tr"):
            if _ROW_TAG in "".join(map(str, row.itertext())):
                continue
            merged = {column: cell for column, cell in _columns(row) if cell.find(f"{W}tcPr/{_MERGE}") is not None}
            for column, cell in merged.items():
                mark = cell.find(f"{W}tcPr/{_MERGE}")
                if mark is not None and mark.get(f"{W}val") != "restart":
                    yield cell, column in above
            above = set(merged)


def _columns(row: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    """Yield the cells of a row with the columns in which they begin."""
    column = _number(row, "trPr/gridBefore", 0)
    for cell in row.iterfind(f"{W}tc"):
        yield column, cell
        column += _number(cell, "tcPr/gridSpan", 1)


def _number(element: etree._Element, path: str, default: int) -> int:
    found = element.find("/".join(f"{W}{name}" for name in path.split("/")))
    value = found.get(f"{W}val") if found is not None else None
    return int(value) if value and value.isdecimal() else default
