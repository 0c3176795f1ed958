"""A4 pages with one thing on each: its position and scale. Nothing is cropped."""

from __future__ import annotations

from typing import NamedTuple

import pikepdf

from pipeline.formats.pdf.geometry import A4_POINTS, is_a4

MARGIN_POINTS = 28.346  # 10 mm
POINTS_PER_INCH = 72


class Placement(NamedTuple):
    """A box on a page, in points from its lower left corner."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, lower, right and upper end."""
        return self.left, self.bottom, self.left + self.width, self.bottom + self.height

    def matrix(self, width: float = 1.0, height: float = 1.0) -> pikepdf.Matrix:
        """Return the matrix that maps a box of that size at the origin to this one."""
        return pikepdf.Matrix(self.width / width, 0, 0, self.height / height, self.left, self.bottom)


def page_for(width: float, height: float) -> tuple[float, float]:
    """Return the size of the A4 page for something of that size.

    It is landscape for what is itself landscape and wider than portrait A4.
    """
    portrait_width, portrait_height = A4_POINTS
    if width > height and (width > portrait_width or is_a4(width, height)):
        return portrait_height, portrait_width
    return A4_POINTS


def shrink_to_fit(width: float, height: float, page: tuple[float, float]) -> Placement:
    """Place something of that size in the middle of ``page``, made smaller where the margins need it."""
    inner = [side - 2 * MARGIN_POINTS for side in page]
    scale = 1.0 if is_a4(width, height) else min(1.0, inner[0] / width, inner[1] / height)
    return centre(width * scale, height * scale, page)


def fill_page(width: float, height: float, page: tuple[float, float]) -> Placement:
    """Place something that has only a shape in the middle of ``page``, as large as the margins allow."""
    scale = min((side - 2 * MARGIN_POINTS) / length for side, length in zip(page, (width, height), strict=True))
    return centre(width * scale, height * scale, page)


def centre(width: float, height: float, page: tuple[float, float]) -> Placement:
    """Place something of that size in the middle of ``page``."""
    return Placement((page[0] - width) / 2, (page[1] - height) / 2, width, height)


def add_page(pdf: pikepdf.Pdf, drawn: pikepdf.Object, matrix: pikepdf.Matrix, size: tuple[float, float]) -> None:
    """Add a page of that size that draws ``drawn``, a picture or form that ``pdf`` owns."""
    page = pdf.add_blank_page(page_size=size)
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=drawn))
    numbers = " ".join(f"{number:.9f}" for number in matrix.shorthand)  # encode() moves the end of a long page
    page.obj.Contents = pdf.make_stream(f"q {numbers} cm /P Do Q\n".encode())
