"""The number on every page of a bundle: page and count of pages, in small letters on an empty spot.

What is not filed has a heading before it: the case id, or the mark of a copy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Matrix, Rectangle

from pipeline.formats.pdf.geometry import to_shown
from pipeline.formats.pdf.read_page import Box, ReadPage
from pipeline.formats.pdf.typesetting import Line, set_line

SIZE = 6.5  # points
#: Name of the font in the resources of each page.
_FONT = "/VisaPacketNumbers"

_GREY = "0.35 g"
#: Distance of the number from the edges of the page in points: outside the margins that printers leave white.
_SIDE, _FOOT = 34.0, 20.0
#: Empty space around the letters in points.
_AROUND = 3.0
#: Height of the letters above the base line and depth below it, in parts of the size.
_HEIGHT, _DEPTH = 0.88, 0.25
#: Height in points of the strip at the head or foot of a page without an empty corner: the page is shrunk by it.
_STRIP = 32.0
#: The corners, best first.
_CORNERS = ("lower right", "upper right", "lower left", "upper left")


@dataclass(frozen=True, slots=True)
class _Spot:
    """The spot on a page at which its number begins. The page is shrunk by ``scale`` to make room at one edge."""

    x: float
    y: float
    scale: float = 1.0
    at_foot: bool = True


class Numbering:
    """The numbers of a bundle. ``pages`` is what a second parser reads; ``lines`` are the typeset numbers by page.

    A number is put into the corner that is empty on most pages if it is empty on this page, too.
    """

    def __init__(self, heading: str, pages: Sequence[ReadPage]) -> None:
        self.lines = [set_line(number_text(heading, number, len(pages))) for number in range(1, len(pages) + 1)]
        empty = [_empty_corners(line, page) for line, page in zip(self.lines, pages, strict=True)]
        counts = Counter(corner for corners in empty for corner in corners)
        order = sorted(_CORNERS, key=lambda corner: -counts[corner])
        self._spots = [
            next((corners[corner] for corner in order if corner in corners), _spot_in_strip(line, page, order[0]))
            for line, page, corners in zip(self.lines, pages, empty, strict=True)
        ]
        self._sizes = [page.size for page in pages]

    def room(self, index: int) -> Box:
        """Return the box around the number of a page as it is shown. ``index`` is from 0."""
        spot = self._spots[index]
        return _room(spot.x, spot.y, self.lines[index])

    def moved(self, index: int, box: Box) -> Box:
        """Return where a box of a page as it is shown is after the page was shrunk for its number."""
        spot, (width, height) = self._spots[index], self._sizes[index]
        moved = Matrix(spot.scale, 0, 0, spot.scale, *_shift(spot, width, height)).transform(Rectangle(*box))
        return moved.llx, moved.lly, moved.urx, moved.ury

    def add(self, pdf: pikepdf.Pdf, index: int, font: pikepdf.Object) -> None:
        """Number the page with this index."""
        page, line, spot = pdf.pages[index], self.lines[index], self._spots[index]
        box = Rectangle(*(float(end) for end in page.cropbox))
        shown = to_shown(box, int(page.obj.get("/Rotate", 0)) // 90 % 4)
        shrinking = _shrinking(spot, shown, box) if spot.scale != 1 else None
        if shrinking is not None:
            _transform_annotations(page.obj, shrinking)
        content: Any = page.obj.get("/Contents", Array())
        own = list(content) if isinstance(content, Array) else [content]
        first, last = (
            pdf.make_stream(operators) for operators in (_before_content(shrinking), _after_content(line, spot, shown))
        )
        page.obj.Contents = Array([first, *own, last])
        before: Any = page.obj.get("/Resources", Dictionary())
        resources = Dictionary({**before, "/Font": Dictionary({**before.get("/Font", Dictionary()), _FONT: font})})
        page.obj.Resources = resources


def number_text(heading: str, page: int, pages: int) -> str:
    """Return the number of a page as text."""
    return f"{heading}  {page} / {pages}" if heading else f"{page} / {pages}"


def heading_of(case_id: str, *, is_filed: bool) -> str:
    """Return the heading of the numbers: an officer does not need the case id."""
    return "" if is_filed else case_id


def _empty_corners(line: Line, page: ReadPage) -> dict[str, _Spot]:
    """The corners of a page that have room for its number."""
    spots = {}
    for corner in _CORNERS:
        x, y = _start(line, page, corner)
        room = _room(x, y, line)
        if room[0] > 0 and not any(_overlap(room, box) for box in page.edges):
            spots[corner] = _Spot(x, y)
    return spots


def _room(x: float, y: float, line: Line) -> Box:
    """The box around a number that begins at that point."""
    end = x + line.width_at(SIZE)
    return x - _AROUND, y - SIZE * _DEPTH - _AROUND, end + _AROUND, y + SIZE * _HEIGHT + _AROUND


def _spot_in_strip(line: Line, page: ReadPage, corner: str) -> _Spot:
    """The spot on a page that has no empty corner."""
    _, height = page.size
    return _Spot(*_start(line, page, corner), (height - _STRIP) / height, at_foot="lower" in corner)


def _start(line: Line, page: ReadPage, corner: str) -> tuple[float, float]:
    """The point at which a number in a corner begins."""
    width, height = page.size
    x = width - _SIDE - line.width_at(SIZE) if "right" in corner else _SIDE
    return x, _FOOT if "lower" in corner else height - _FOOT - SIZE * _HEIGHT


def _shrinking(spot: _Spot, shown: Matrix, box: Rectangle) -> Matrix:
    """The matrix that shrinks a page, in its own coordinates, towards the middle of the edge opposite the strip."""
    page = shown.transform(box)
    return shown @ Matrix(spot.scale, 0, 0, spot.scale, *_shift(spot, page.width, page.height)) @ shown.inverse()


def _shift(spot: _Spot, width: float, height: float) -> tuple[float, float]:
    """How far a page of that size, as it is shown, is shifted when it is shrunk."""
    return (1 - spot.scale) * width / 2, (1 - spot.scale) * height if spot.at_foot else 0.0


def _before_content(shrinking: Matrix | None) -> bytes:
    """The operators before a page's own content: they save the graphics state, and shrink the page if needed."""
    return b"q\n" if shrinking is None else f"q {_operands(shrinking)} cm\n".encode()


def _after_content(line: Line, spot: _Spot, shown: Matrix) -> bytes:
    """The operators after a page's own content: they print its number, marked as not belonging to the text."""
    letters = f"BT {_FONT} {SIZE} Tf {spot.x:.2f} {spot.y:.2f} Td {line.codes.decode()} Tj ET"
    artifact = "/Artifact <</Type /Pagination /Subtype /Footer>> BDC"
    return f"\nQ {artifact} q {_operands(shown.inverse())} cm {_GREY} {letters} Q EMC\n".encode()


def _transform_annotations(page: Any, matrix: Matrix) -> None:
    """Move the annotations of a page with its content. Their appearance follows their rectangle."""
    for annotation in page.get("/Annots", Array()):
        moved = matrix.transform(Rectangle(*(float(end) for end in annotation.Rect)))
        annotation.Rect = Array(round(end, 3) for end in (moved.llx, moved.lly, moved.urx, moved.ury))


def _operands(matrix: Matrix) -> str:
    """The numbers of a matrix with four decimals: ``Matrix.encode`` has five."""
    rounded = (round(number, 4) + 0.0 for number in matrix.shorthand)  # -0.0 + 0.0 is 0.0
    return " ".join(f"{number:.4f}".rstrip("0").rstrip(".") for number in rounded)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
