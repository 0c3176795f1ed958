"""The number on every page of a bundle: case id, page, number of all pages, small and where nothing else stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pypdf import PageObject, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, IndirectObject, NameObject

from pipeline.bundle.objects import add_stream
from pipeline.pdftext import Box, ReadPage, as_shown
from pipeline.typeset import Line, set_line

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
#: A page without room is made smaller by this strip at its foot, in points.
STRIP = 32.0


@dataclass(frozen=True, slots=True)
class Placed:
    """Where on a page its number begins, and by which factor the page is made smaller to have room for it."""

    x: float
    y: float
    scale: float = 1.0


class Numbering:
    """The numbers of one bundle; ``lines`` has the one of each page, set."""

    def __init__(self, case_id: str, pages: int) -> None:
        self.lines = [set_line(number_text(case_id, number, pages)) for number in range(1, pages + 1)]

    def add(self, writer: PdfWriter, page: PageObject, read: ReadPage, font: IndirectObject) -> None:
        """Number the page that was added last. ``read`` is what a second parser sees on it."""
        line = self.lines[len(writer.pages) - 1]
        frame = _Frame.of(page)
        notes = page.get("/Annots", ArrayObject()).get_object()
        placed = place(line, read, [frame.shown(note.get_object()["/Rect"]) for note in notes])
        if placed.scale != 1:
            _scale_notes(notes, frame.smaller(placed.scale))
        content = page.raw_get("/Contents") if "/Contents" in page else ArrayObject()
        own = content.get_object() if isinstance(content.get_object(), ArrayObject) else [content]
        parts = [
            add_stream(writer, before(placed, frame), packed=False),
            *own,
            add_stream(writer, after(line, placed, frame), packed=False),
        ]
        resources = DictionaryObject(page.get("/Resources", DictionaryObject()).get_object())
        fonts = DictionaryObject(resources.get("/Font", DictionaryObject()).get_object())
        fonts[NameObject(_FONT)] = font
        resources[NameObject("/Font")] = fonts
        page[NameObject("/Resources")] = resources
        page[NameObject("/Contents")] = ArrayObject(parts)


def number_text(case_id: str, page: int, pages: int) -> str:
    """The number of a page, as text."""
    return f"{case_id}  {page} / {pages}"


def place(line: Line, page: ReadPage, notes: Sequence[Box] = ()) -> Placed:
    """Where the number stands: in the first corner in which nothing is drawn and no annotation (``notes``) lies.

    A page that has something in every corner is made a little smaller, which leaves a strip at its foot.
    """
    width, height = page.size
    length = line.width_at(SIZE)
    right = width - _SIDE - length
    head = height - _FOOT - SIZE * _HEIGHT
    for x, y in ((right, _FOOT), (_SIDE, _FOOT), (right, head), (_SIDE, head)):
        room = (x - _AROUND, y - SIZE * _DEPTH - _AROUND, x + length + _AROUND, y + SIZE * _HEIGHT + _AROUND)
        if x >= _SIDE - _AROUND and not any(_overlap(room, box) for box in (*page.edges, *notes)):
            return Placed(x, y)
    return Placed(right, _FOOT, (height - STRIP) / height)


def before(placed: Placed, frame: _Frame) -> bytes:
    """What stands before a page's own content: it keeps the graphics state, and makes the page smaller if need be."""
    if placed.scale == 1:
        return b"q\n"
    return f"q {_operands(frame.smaller(placed.scale))} cm\n".encode()


def after(line: Line, placed: Placed, frame: _Frame) -> bytes:
    """What stands behind a page's own content: its number, marked as something that is not part of the text."""
    letters = f"BT {_FONT} {SIZE} Tf {placed.x:.2f} {placed.y:.2f} Td {line.codes.decode()} Tj ET"
    artifact = "/Artifact <</Type /Pagination /Subtype /Footer>> BDC"
    return f"\nQ {artifact} q {_operands(frame.matrix)} cm {_GREY} {letters} Q EMC\n".encode()


def _scale_notes(notes: Iterable[Any], matrix: Matrix) -> None:
    """Let annotations follow what they belong to; what they look like follows their place."""
    for note in notes:
        left, lower, right, upper = (float(end) for end in note.get_object()["/Rect"])
        a, _, _, d, e, f = matrix
        place = (a * left + e, d * lower + f, a * right + e, d * upper + f)
        note.get_object()[NameObject("/Rect")] = ArrayObject(FloatObject(round(end, 3)) for end in place)


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

    def smaller(self, scale: float) -> Matrix:
        """In the page's own points: towards the middle of the upper edge, so that what becomes free is the foot."""
        width, height = self.size
        shrunk = (scale, 0.0, 0.0, scale, (1 - scale) * width / 2, (1 - scale) * height)
        return _times(_times(_inverse(self.matrix), shrunk), self.matrix)

    def shown(self, rectangle: Iterable[Any]) -> Box:
        """A rectangle of the page as it lies on what is shown."""
        left, lower, right, upper = (float(end) for end in rectangle)
        box = (min(left, right), min(lower, upper), max(left, right), max(lower, upper))
        return as_shown(box, self.visible, self.turned)


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
