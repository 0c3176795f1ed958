"""A4 pages with something on them: where it stands, how it is turned, how much it is scaled. Never cropped."""

from __future__ import annotations

from typing import NamedTuple

import pikepdf

from pipeline.formats.pdf.geometry import A4_POINTS, is_a4

MARGIN_POINTS = 28.346  # 10 mm
POINTS_PER_INCH = 72


class Place(NamedTuple):
    """A box on a page, in points from its lower left corner."""

    left: float
    bottom: float
    width: float
    height: float


class Matrix(NamedTuple):
    """How coordinates are mapped, as in the operator cm."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def into(self, place: Place, width: float = 1.0, height: float = 1.0) -> Matrix:
        """After this, ``width`` x ``height`` is mapped to ``place``."""
        x, y = place.width / width, place.height / height
        return Matrix(
            self.a * x, self.b * y, self.c * x, self.d * y, self.e * x + place.left, self.f * y + place.bottom
        )


def page_for(width: float, height: float) -> tuple[float, float]:
    """The A4 page for something of that size: upright, and lying for what lies and is wider than an upright page."""
    upright_width, upright_height = A4_POINTS
    if width > height and (width > upright_width or is_a4(width, height)):
        return upright_height, upright_width
    return A4_POINTS


def fitted(width: float, height: float, page: tuple[float, float]) -> Place:
    """Where something of that size stands on ``page``: in the middle, as it is, or smaller to keep the margin."""
    inner = [side - 2 * MARGIN_POINTS for side in page]
    scale = 1.0 if is_a4(width, height) else min(1.0, inner[0] / width, inner[1] / height)
    return centred(width * scale, height * scale, page)


def filled(width: float, height: float, page: tuple[float, float]) -> Place:
    """The same for something that has no size of its own, only a shape: as large as the margins allow."""
    scale = min((side - 2 * MARGIN_POINTS) / length for side, length in zip(page, (width, height), strict=True))
    return centred(width * scale, height * scale, page)


def centred(width: float, height: float, page: tuple[float, float]) -> Place:
    """A box of that size in the middle of ``page``."""
    return Place((page[0] - width) / 2, (page[1] - height) / 2, width, height)


def add_sheet(pdf: pikepdf.Pdf, drawn: pikepdf.Object, matrix: Matrix, size: tuple[float, float]) -> None:
    """Add a page of that size on which ``drawn``, a picture or form that ``pdf`` owns, stands."""
    page = pdf.add_blank_page(page_size=size)
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=drawn))
    numbers = " ".join(f"{number:.5f}".rstrip("0").rstrip(".") for number in matrix)
    page.obj.Contents = pdf.make_stream(f"q {numbers} cm /P Do Q\n".encode())
