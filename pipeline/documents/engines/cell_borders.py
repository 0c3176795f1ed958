"""Completes the borders of tables that office2pdf 0.4 leaves open.

It draws the left and right border of a cell as two pieces as long as a line of text, one at the top and one at the
bottom of the row, so a row of more than two lines has a gap between them. The upper piece becomes as long as the row.

It draws the line between two rows as the upper border of the lower one, so the last row on a page has no line below it
if the table goes on. The line above that row is drawn there too. ``side_marks.py`` gives each row a side by which it is
found.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import pikepdf

from pipeline.documents.engines.side_marks import MARK_IN_PDF

_NUMBER = rb"(-?[\d.]+)"
_PIECE = re.compile(
    rb"/Artifact<</Type/Layout>>BDC\nq 1 0 0 -1 %b %b cm([^\n]*?) 0 0 m %b 0 l"
    rb"(?: \4 (?P<length>[\d.]+) l 0 (?P=length) l\nh\nf|\nS)\nQ\nEMC" % (_NUMBER, _NUMBER, _NUMBER)
)
#: How far from each other, in points, two ends may be that are at the same place.
_NEAR = 0.5
#: The most that the lines of a border take, in points: Word draws up to three, of at most 6 points.
_THICKEST = 18


class _Piece(NamedTuple):
    """A line as it is written: its upper left corner, its size, and where it is in the content of its page."""

    x: float
    top: float
    width: float
    height: float
    place: re.Match[bytes]


class _Side(NamedTuple):
    """The left or right border of a cell, of two pieces."""

    upper: _Piece
    lower: _Piece

    @property
    def bottom(self) -> float:
        return self.lower.top - self.lower.height

    @property
    def has_gap(self) -> bool:
        return self.upper.top - self.bottom > 2 * self.upper.height


class _Row(NamedTuple):
    """A first or last row on a page: its sides, and the lines above its cells, each with its distance from the top."""

    sides: Sequence[_Side]
    lines: Sequence[tuple[_Piece, float]]

    @property
    def width(self) -> tuple[float, float]:
        """The places of the outermost sides."""
        places = [round(side.upper.x, 1) for side in self.sides]
        return min(places), max(places)


class _Page:
    """The lines on a page, from the content of the page."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        pieces = [
            _Piece(float(one[1]), float(one[2]), float(one[4]), float(one["length"] or 0), one)
            for one in _PIECE.finditer(content)
        ]
        self._lines = [one for one in pieces if one.width >= one.height]
        self.sides = list(_sides(pieces))

    def last_row(self) -> _Row | None:
        """Return the row at the lowest end of a table that has no line below it."""
        tops = [side.upper.top for side in self.sides] + [line.top for line in self._lines]
        open_ends = [side for side in self.sides if not any(abs(top - side.bottom) <= _NEAR for top in tops)]
        bottom = min((side.bottom for side in open_ends), default=0)
        return self._row([side for side in open_ends if abs(side.bottom - bottom) <= _NEAR])

    def first_rows(self) -> Iterator[_Row]:
        """Yield the first row of each table."""
        bottoms = [side.bottom for side in self.sides]
        starts = [side for side in self.sides if not any(abs(one - side.upper.top) <= _NEAR for one in bottoms)]
        for top in sorted({side.upper.top for side in starts}):
            row = self._row([side for side in starts if abs(side.upper.top - top) <= _NEAR])
            if row is not None:
                yield row

    def _row(self, sides: Sequence[_Side]) -> _Row | None:
        """Return a row with the lines above each of its cells, the lowest ones, or None without sides or lines."""
        lines: dict[float, list[tuple[_Piece, float]]] = {}
        for top in sorted({side.upper.top for side in sides}, reverse=True):
            lowest = max(top - _THICKEST, max(side.bottom for side in sides) + _NEAR)
            above = [(line, top - line.top) for line in self._lines if lowest < line.top <= top + _NEAR]
            lines |= {each.x: [pair for pair in above if pair[0].x == each.x] for each, _ in above}
        return _Row(sides, [pair for pairs in lines.values() for pair in pairs]) if lines else None


def complete_borders(pdf: bytes) -> bytes:
    """Return a PDF of office2pdf with whole borders of tables. One in which none is open is returned as it is."""
    try:
        opened = pikepdf.open(io.BytesIO(pdf))
    except pikepdf.PdfError:
        return pdf  # the check of the output reports it
    with opened:
        drawn = [page for page in opened.pages if "/Contents" in page]
        pages = [_Page(page.Contents.read_bytes()) for page in drawn]
        contents = [_without_marks(_with_whole_sides(page)) for page in pages]
        for number, (page, after) in enumerate(pairwise(pages)):
            contents[number] += _line_below(page, after)
        if contents == [page.content for page in pages]:
            return pdf
        for one, content in zip(drawn, contents, strict=True):
            one.Contents = opened.make_stream(content)
        out = io.BytesIO()
        opened.save(out, deterministic_id=True)
    return out.getvalue()


def _sides(pieces: Sequence[_Piece]) -> Iterator[_Side]:
    upper = None
    for piece in pieces:
        if (
            upper is not None
            and upper.place.end() == piece.place.start()
            and piece.width < piece.height
            and (upper.x, upper.width, upper.height) == (piece.x, piece.width, piece.height)
        ):
            yield _Side(upper, piece)
            upper = None
        else:
            upper = piece


def _with_whole_sides(page: _Page) -> bytes:
    """Return the content of a page with upper pieces that are as long as their rows."""
    parts, at = [], 0
    for side in page.sides:
        if side.has_gap:
            place, length = side.upper.place, f"{side.upper.top - side.bottom:.3f}".encode()
            end = place.end("length") + len(b" l 0 ") + len(place["length"])
            parts += [page.content[at : place.start("length")], length, b" l 0 ", length]
            at = end
    return b"".join((*parts, page.content[at:]))


def _without_marks(content: bytes) -> bytes:
    return _PIECE.sub(lambda piece: b"" if MARK_IN_PDF in piece[3] else piece[0], content)


def _line_below(page: _Page, after: _Page) -> bytes:
    """Return the lines below the last row of a page if its table goes on: it begins with a line on the next page."""
    last = page.last_row()
    if last is None or last.width not in {row.width for row in after.first_rows()}:
        return b""
    bottom = min(side.bottom for side in last.sides)
    return b"".join(_moved(line, bottom - distance) for line, distance in last.lines)


def _moved(line: _Piece, top: float) -> bytes:
    """Return a line as it is written, at another height."""
    whole = line.place
    before, after = whole.string[whole.start() : whole.start(2)], whole.string[whole.end(2) : whole.end()]
    return before + f"{top:.5f}".encode() + after
