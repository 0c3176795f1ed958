"""Lays out a text in the box of a field: the place and size of each line. The text is never cut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.formats.pdf.typesetting import Line, set_line
from pipeline.language import Language

#: The size is reduced until the text fits, but not below this size in points.
SMALLEST = 6.0
_LARGEST_SINGLE, _LARGEST_MULTI = 12.0, 10.0
_STEP = 0.5
_PADDING = 2.0
_LEADING = 1.25
_ASCENT, _DESCENT = 0.88, 0.12  # of the shipped faces
#: A word with its trailing space, or a character of a script without spaces with punctuation that may not begin a line.
_UNIT = re.compile(r"[^\s\u2e80-\uffff]+\s*|\S[、。，．・：；？！）」』】〕》〉]*\s*")


class DoesNotFitError(Exception):
    """A text is too long for its field."""


@dataclass(frozen=True, slots=True)
class FieldStyle:
    """The text style of a field. ``size`` is in points; with 0, the text is as large as the box allows.

    ``align`` is 0 for left, 1 for centre, 2 for right. ``cells`` is the number of boxes of a comb.
    """

    size: float = 0
    align: int = 0
    kind: Literal["line", "lines", "comb"] = "line"
    cells: int = 0


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line and the start of its baseline, in points from the lower left corner of the box."""

    line: Line
    x: float
    y: float
    size: float


def lay_out(text: str, width: float, height: float, style: FieldStyle, language: Language) -> list[PlacedLine]:
    """Return the lines of ``text`` in a box. Raises DoesNotFitError, or UndrawableError for a missing glyph."""
    if style.kind == "comb":
        return _comb(text, width, height, style, language)
    if style.kind == "lines":
        return _lines(text, width, height, style, language)
    line = set_line(" ".join(text.split()), language)
    for size in _sizes(style.size or min(_LARGEST_SINGLE, 0.75 * height)):
        if line.width_at(size) <= width - 2 * _PADDING and size <= height:
            return [PlacedLine(line, _start(line, size, width, style.align), _middle(height, size), size)]
    raise DoesNotFitError


def _sizes(largest: float) -> Iterator[float]:
    """Yield sizes from the requested one down to the smallest. A form may request an even smaller size."""
    size = largest
    while size > SMALLEST:
        yield size
        size -= _STEP
    yield min(largest, SMALLEST)


def _start(line: Line, size: float, width: float, align: int) -> float:
    room = width - 2 * _PADDING - line.width_at(size)
    return _PADDING + room * align / 2


def _middle(height: float, size: float) -> float:
    return (height - size) / 2 + _DESCENT * size


def _comb(text: str, width: float, height: float, style: FieldStyle, language: Language) -> list[PlacedLine]:
    if len(text) > style.cells:
        raise DoesNotFitError
    cell = width / style.cells
    first = {0: 0, 1: (style.cells - len(text)) // 2, 2: style.cells - len(text)}.get(style.align, 0)
    lines = [set_line(character, language) for character in text]
    for size in _sizes(style.size or min(_LARGEST_SINGLE, 0.75 * height)):
        if all(line.width_at(size) <= cell for line in lines) and size <= height:
            middles = (cell * (first + number + 0.5) for number in range(len(lines)))
            return [
                PlacedLine(line, middle - line.width_at(size) / 2, _middle(height, size), size)
                for line, middle in zip(lines, middles, strict=True)
                if line.width
            ]
    raise DoesNotFitError


def _lines(text: str, width: float, height: float, style: FieldStyle, language: Language) -> list[PlacedLine]:
    room = width - 2 * _PADDING
    for size in _sizes(style.size or _LARGEST_MULTI):
        lines = [
            line for paragraph in text.split("\n") for line in _break_lines(paragraph, 1000 * room / size, language)
        ]
        needed = size * (1 + _LEADING * (len(lines) - 1))
        if needed <= height - _PADDING and all(line.width_at(size) <= room for line in lines):
            top = height - _PADDING / 2 - _ASCENT * size
            return [
                PlacedLine(line, _start(line, size, width, style.align), top - number * _LEADING * size, size)
                for number, line in enumerate(lines)
                if line.width
            ]
    raise DoesNotFitError


def _break_lines(paragraph: str, room: float, language: Language) -> list[Line]:
    """Return the lines of a paragraph. A word that is longer than a line is not broken, and does not fit."""
    lines, current = [], ""
    for unit in _UNIT.findall(paragraph):
        if current and set_line((current + unit).rstrip(), language).width > room:
            lines.append(current)
            current = ""
        current += unit
    return [set_line(line.rstrip(), language) for line in (*lines, current)]
