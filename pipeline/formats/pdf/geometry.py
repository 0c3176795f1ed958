"""The geometry of pages: A4 paper, and the coordinates of a page that its /Rotate key turns."""

from __future__ import annotations

from typing import Final

import pikepdf

#: Width and height of a portrait page in points.
A4_POINTS: Final = (595.276, 841.89)
_TOLERANCE_POINTS = 6


def is_a4(width: float, height: float) -> bool:
    """Return True if a page of that size in points is A4, portrait or landscape."""
    sides = zip(sorted((width, height)), A4_POINTS, strict=True)
    return all(abs(side - wanted) <= _TOLERANCE_POINTS for side, wanted in sides)


def to_shown(box: pikepdf.Rectangle, quarters: int) -> pikepdf.Matrix:
    """Return the matrix from a page's own coordinates to those of the page as a viewer shows it.

    ``box`` is the visible part of the page, which is turned clockwise by so many quarters. The inverse leads back.
    """
    turn = pikepdf.Matrix().rotated(-90 * quarters)
    turned = turn.transform(box)
    return turn @ pikepdf.Matrix(1, 0, 0, 1, -turned.llx, -turned.lly)
