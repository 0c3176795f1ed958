"""A page of a PDF as a second parser read it. Importing this loads no parser."""

from __future__ import annotations

from dataclasses import dataclass

#: Height in points of the strips along the upper and lower edge of a page whose content is read.
EDGE = 60

#: Left, lower, right and upper edge, in points from the lower left corner of a page as a viewer shows it.
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class ReadPage:
    """The text of a page with its lines, and its width and height in points as a viewer shows it.

    ``edges`` are the boxes of drawings and annotations less than ``EDGE`` from the upper or lower edge.
    """

    text: str
    size: tuple[float, float]
    edges: tuple[Box, ...]
