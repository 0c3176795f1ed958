"""The size of the paper on which everything is filed."""

from __future__ import annotations

from typing import Final

#: Width and height of an upright page in points.
A4_POINTS: Final = (595.276, 841.89)
_TOLERANCE_POINTS = 6


def is_a4(width: float, height: float) -> bool:
    """Whether a page of that size in points is A4, upright or lying."""
    sides = zip(sorted((width, height)), A4_POINTS, strict=True)
    return all(abs(side - wanted) <= _TOLERANCE_POINTS for side, wanted in sides)
