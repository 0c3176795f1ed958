"""Tables: rows of cells with widths, margins, borders and shading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from pipeline.documents.engines.typst.elements import RefusedError
from pipeline.documents.engines.typst.formats import Formats, sides
from pipeline.documents.engines.typst.source import color, is_balanced, length, only_tags, text_inside
from pipeline.formats.word.sections import is_on
from pipeline.formats.word.styles import DEFAULT_MARGINS
from pipeline.formats.word.text import W

_ORDER = ("top", "right", "bottom", "left")
_PLACES = {"top": "top", "center": "horizon", "bottom": "bottom"}
_EDGES = {
    "top": "top",
    "bottom": "bottom",
    "left": "left",
    "right": "right",
    "insideH": "inner",
    "insideV": "between",
}


def translate_table(table: etree._Element, formats: Formats, flow: Callable[[etree._Element, int], str]) -> str:
    """Return the statement that draws a table. ``flow`` draws the content of a cell of a width."""
    widths = [int(column.get(f"{W}w") or 0) for column in table.iterfind(f"{W}tblGrid/{W}gridCol")]
    own = table.find(f"{W}tblPr/{W}tblCellMar")
    margins = DEFAULT_MARGINS | formats.cell_margins | sides(own)
    borders = table.find(f"{W}tblPr/{W}tblBorders")
    inside = borders.find(f"{W}insideH") if borders is not None else None
    inner = 0 if inside is None or _stroke(inside) == "none" else _eighths(inside) * 20 / 8
    rows, headers, is_head = [], 0, True
    for row in table.iterfind(f"{W}tr"):
        tags = only_tags(row.tail)
        is_head = is_head and row.find(f"{W}trPr/{W}tblHeader") is not None
        headers += is_head
        is_head = is_head and not tags
        rows.append(f"({_row(row, _Cells(widths, margins, inner, flow))}),\n{tags}")
    before = only_tags(_text_before_rows(table))
    if not is_balanced(before + "".join(only_tags(row.tail) for row in table.iterfind(f"{W}tr"))):
        raise RefusedError("a tag that begins in a table and ends outside")
    if before:
        headers = 0
    edges = _edges(borders)
    drawn = (
        f"grid-table(columns: ({', '.join(map(length, widths))},), inset: ({_inset(margins)}), edges: ({edges}), "
        f"headers: {headers}, rows: (\n{before}{''.join(rows)}))"
    )
    return f"together({drawn})\n" if all(map(_keeps_with_next, table.iterfind(f"{W}tr"))) else f"{drawn}\n"


def _keeps_with_next(row: etree._Element) -> bool:
    """Return True if the row stays on the page of what follows it. A table of such rows stays on one page."""
    return is_on(row.find(f"{W}tc/{W}p/{W}pPr/{W}keepNext"))


def _text_before_rows(table: etree._Element) -> str:
    """Return the text between the grid and the first row."""
    grid = table.find(f"{W}tblGrid")
    properties = table.find(f"{W}tblPr")
    return "".join((element.tail or "") for element in (properties, grid) if element is not None)


@dataclass(frozen=True, slots=True)
class _Cells:
    """What the cells of a table share: columns, margins, the thickness of the line between rows, how they are drawn."""

    columns: list[int]
    margins: dict[str, int]
    line: float
    flow: Callable[[etree._Element, int], str]


def _row(row: etree._Element, shared: _Cells) -> str:
    cells: list[str] = []
    taken = 0
    for cell in row.iterfind(f"{W}tc"):
        if only_tags(cell.tail):
            raise RefusedError("a tag between two cells")
        if not is_balanced(text_inside(cell)):
            raise RefusedError("a tag that begins in a cell and ends outside")
        before, taken = taken, taken + int(_value(cell, "gridSpan") or 1)
        cells.append(_cell(cell, row, shared, range(before, taken)))
    if taken != len(shared.columns):
        raise RefusedError("a row with more or fewer cells than its table has columns")
    return "".join(f"{cell}, " for cell in cells)


def _cell(cell: etree._Element, row: etree._Element, shared: _Cells, columns: range) -> str:
    """Return a cell that fills these columns of its row."""
    properties = row.find(f"{W}trPr")
    place = _PLACES[_value(cell, "vAlign") or "top"]
    own = shared.margins | sides(cell.find(f"{W}tcPr/{W}tcMar"))
    width = sum(shared.columns[columns.start : columns.stop]) - own["left"] - own["right"]
    body = f"{{\n{shared.flow(cell, width)}}}"
    more = {side: own[side] - shared.margins[side] for side in _ORDER if own[side] != shared.margins[side]}
    if more:
        body = f"pad({', '.join(f'{side}: {length(width)}' for side, width in more.items())}, {body})"
    height = properties.find(f"{W}trHeight") if properties is not None else None
    if height is not None and (columns.start == 0 or _is_exact(height)):
        # The height of a row contains its line, and the margins that the table gives to each cell.
        rest = int(height.get(f"{W}val") or 0) - shared.margins["top"] - shared.margins["bottom"] - shared.line
        body = f"{'exactly' if _is_exact(height) else 'at-least'}({length(rest)}, {place}, {body})"
    if properties is not None and properties.find(f"{W}cantSplit") is not None:
        body = f"whole({body})"
    return f"table.cell({', '.join([*_look(cell), body])})"


def _look(cell: etree._Element) -> list[str]:
    """Return the arguments for the span, alignment, shading and borders of a cell."""
    arguments = []
    if span := _value(cell, "gridSpan"):
        arguments.append(f"colspan: {span}")
    if (place := _PLACES[_value(cell, "vAlign") or "top"]) != "top":
        arguments.append(f"align: {place}")
    fill = cell.find(f"{W}tcPr/{W}shd")
    if fill is not None and fill.get(f"{W}fill") not in {None, "auto"}:
        arguments.append(f"fill: {color(fill.get(f'{W}fill'))}")
    borders = cell.find(f"{W}tcPr/{W}tcBorders")
    if borders is not None and len(borders):
        listed = ", ".join(f"{str(side.tag)[len(W) :]}: {_stroke(side)}" for side in borders)
        arguments.append(f"stroke: ({listed})")
    return arguments


def _is_exact(height: etree._Element) -> bool:
    return height.get(f"{W}hRule") == "exact"


def _value(cell: etree._Element, name: str) -> str | None:
    found = cell.find(f"{W}tcPr/{W}{name}")
    return None if found is None else found.get(f"{W}val")


def _inset(margins: dict[str, int]) -> str:
    return ", ".join(f"{side}: {length(margins[side])}" for side in _ORDER)


def _edges(borders: etree._Element | None) -> str:
    listed = [] if borders is None else [f"{_EDGES[str(side.tag)[len(W) :]]}: {_stroke(side)}" for side in borders]
    return ", ".join(listed) or ":"


def _stroke(side: etree._Element) -> str:
    if side.get(f"{W}val") in {"nil", "none"}:
        return "none"
    return f"{_eighths(side) / 8:g}pt + {color(side.get(f'{W}color'))}"


def _eighths(side: etree._Element) -> int:
    """Return the thickness of a border in eighths of a point."""
    return int(side.get(f"{W}sz") or 4)
