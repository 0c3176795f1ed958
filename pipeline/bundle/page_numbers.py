"""The number on every page of a bundle: case id, page, number of all pages, small and where nothing else stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pypdf import PageObject, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, IndirectObject, NameObject

from pipeline.bundle.pypdf_objects import add_stream
from pipeline.formats.pdf.reading import Box, ReadPage
from pipeline.formats.pdf.typesetting import Line, set_line

SIZE = 6.5  # points
#: Name of its font in the resources of each page.
_FONT = "/VisaPacketNumbers"

Matrix = tuple[float, float, float, float, float, float]

_GREY = "0.35 g"
#: What printers leave white, and where the number then stands, in points from the edges of the page.
_SIDE, _FOOT = 34.0, 20.0
#: Room around the letters, in points, so that they stand clear of what is beside them.
_AROUND = 3.0
#: Height above and depth below the line of the letters used, in parts of the size.
_HEIGHT, _DEPTH = 0.88, 0.25
#: A page without room is made smaller by this strip at its head or foot, in points.
_STRIP = 32.0
#: Where it may stand, best first.
_CORNERS = ("lower right", "upper right", "lower left", "upper left")


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where on a page its number begins. To have room for it, the page is made smaller by ``scale`` at one edge."""

    x: float
    y: float
    scale: float = 1.0
    at_foot: bool = True


class Numbering:
    """The numbers of a bundle whose pages look as a second parser reads them. ``lines`` has the one of each page, set.

    They stand in the same corner on every page that has nothing there, in the one that is free on most.
    """

    def __init__(self, case_id: str, pages: Sequence[ReadPage]) -> None:
        self.lines = [set_line(number_text(case_id, number, len(pages))) for number in range(1, len(pages) + 1)]
        free = [_free_corners(line, page) for line, page in zip(self.lines, pages, strict=True)]
        often = Counter(corner for corners in free for corner in corners)
        order = sorted(_CORNERS, key=lambda corner: -often[corner])
        self._placed = [
            next((corners[corner] for corner in order if corner in corners), _with_room(line, page, order[0]))
            for line, page, corners in zip(self.lines, pages, free, strict=True)
        ]

    def add(self, writer: PdfWriter, page: PageObject, font: IndirectObject) -> None:
        """Number the page that was added last."""
        line, placed = self.lines[len(writer.pages) - 1], self._placed[len(writer.pages) - 1]
        frame = _Frame.of(page)
        if placed.scale != 1:
            _scale_annotations(page, frame.smaller(placed))
        content = page.raw_get("/Contents") if "/Contents" in page else ArrayObject()
        parts = content.get_object()
        own = list(parts) if isinstance(parts, ArrayObject) else [content]
        ends = (_before(placed, frame), _after(line, placed, frame))
        first, last = (add_stream(writer, end, packed=False) for end in ends)
        page[NameObject("/Contents")] = ArrayObject([first, *own, last])
        resources = DictionaryObject(page.get("/Resources", DictionaryObject()).get_object())
        fonts = DictionaryObject(resources.get("/Font", DictionaryObject()).get_object())
        fonts[NameObject(_FONT)] = font
        resources[NameObject("/Font")] = fonts
        page[NameObject("/Resources")] = resources


def number_text(case_id: str, page: int, pages: int) -> str:
    """The number of a page, as text."""
    return f"{case_id}  {page} / {pages}"


def _free_corners(line: Line, page: ReadPage) -> dict[str, _Placed]:
    """The corners in which there is room for a number."""
    length = line.width_at(SIZE)
    places = {}
    for corner in _CORNERS:
        x, y = _place(line, page, corner)
        room = (x - _AROUND, y - SIZE * _DEPTH - _AROUND, x + length + _AROUND, y + SIZE * _HEIGHT + _AROUND)
        if room[0] > 0 and not any(_overlap(room, box) for box in page.edges):
            places[corner] = _Placed(x, y)
    return places


def _with_room(line: Line, page: ReadPage, corner: str) -> _Placed:
    """On a page that has something in every corner and becomes a little smaller, which leaves a strip at one edge."""
    _, height = page.size
    return _Placed(*_place(line, page, corner), (height - _STRIP) / height, at_foot="lower" in corner)


def _place(line: Line, page: ReadPage, corner: str) -> tuple[float, float]:
    """Where a number in a corner begins."""
    width, height = page.size
    x = width - _SIDE - line.width_at(SIZE) if "right" in corner else _SIDE
    return x, _FOOT if "lower" in corner else height - _FOOT - SIZE * _HEIGHT


def _before(placed: _Placed, frame: _Frame) -> bytes:
    """What stands before a page's own content: it keeps the graphics state, and makes the page smaller if need be."""
    if placed.scale == 1:
        return b"q\n"
    return f"q {_operands(frame.smaller(placed))} cm\n".encode()


def _after(line: Line, placed: _Placed, frame: _Frame) -> bytes:
    """What stands behind a page's own content: its number, marked as something that is not part of the text."""
    letters = f"BT {_FONT} {SIZE} Tf {placed.x:.2f} {placed.y:.2f} Td {line.codes.decode()} Tj ET"
    artifact = "/Artifact <</Type /Pagination /Subtype /Footer>> BDC"
    return f"\nQ {artifact} q {_operands(frame.matrix)} cm {_GREY} {letters} Q EMC\n".encode()


def _scale_annotations(page: PageObject, matrix: Matrix) -> None:
    """Let annotations follow what they belong to; what they look like follows their place."""
    a, _, _, d, e, f = matrix
    for annotation in page.get("/Annots", ArrayObject()).get_object():
        left, lower, right, upper = (float(end) for end in annotation.get_object()["/Rect"])
        place = (a * left + e, d * lower + f, a * right + e, d * upper + f)
        annotation.get_object()[NameObject("/Rect")] = ArrayObject(FloatObject(round(end, 3)) for end in place)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What of a page is shown, in its own points, and how it is turned."""

    visible: Box
    turned: int

    @classmethod
    def of(cls, page: PageObject) -> _Frame:
        box = [float(end) for end in page.cropbox]
        visible = (min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3]))
        return cls(visible, page.rotation % 360)

    @property
    def size(self) -> tuple[float, float]:
        left, lower, right, upper = self.visible
        size = (right - left, upper - lower)
        return size[::-1] if self.turned % 180 else size

    @property
    def matrix(self) -> Matrix:
        """From points of the page as it is shown to its own."""
        left, lower, right, upper = self.visible
        return {
            0: (1.0, 0.0, 0.0, 1.0, left, lower),
            90: (0.0, 1.0, -1.0, 0.0, right, lower),
            180: (-1.0, 0.0, 0.0, -1.0, right, upper),
            270: (0.0, -1.0, 1.0, 0.0, left, upper),
        }[self.turned]

    def smaller(self, placed: _Placed) -> Matrix:
        """In the page's own points: towards the middle of the edge across from the strip that becomes free."""
        width, height = self.size
        scale = placed.scale
        shrunk = (scale, 0.0, 0.0, scale, (1 - scale) * width / 2, (1 - scale) * height if placed.at_foot else 0.0)
        return _times(_times(_inverse(self.matrix), shrunk), self.matrix)


def _times(one: Matrix, other: Matrix) -> Matrix:
    """First ``one``, then ``other``."""
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _inverse(matrix: Matrix) -> Matrix:
    """Of a turn by quarters with a shift."""
    a, b, c, d, e, f = matrix
    return (a, c, b, d, -(a * e + b * f), -(c * e + d * f))


def _operands(matrix: Matrix) -> str:
    return " ".join(f"{number:.4f}".rstrip("0").rstrip(".") for number in matrix)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
