"""A second reader for the supplied PDF and for the clean one: both must have the same pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import pypdfium2
from PIL import Image, ImageChops

from pipeline.attachments.messages import PRINT_AGAIN
from pipeline.attachments.placement import Placement
from pipeline.errors import UnusableError

_TOLERANCE_POINTS = 1.0
_SIDE, _MAX_SIDE = 100, 4000  # pixels of the shorter side of a page that is compared, and the limit for the longer one
#: A part of the page may differ by so many of 256 greys: scaled lines fall on other dots.
_TOLERANCE_GREYS = 40
_PARTS = (10, 10)


class PageProof(NamedTuple):
    """The size of a supplied page as qpdf read it, and its place on the clean page."""

    size: tuple[float, float]
    placement: Placement


def compare_readers(supplied: bytes, password: str | None, clean: bytes, pages: Sequence[PageProof]) -> None:
    """Raise UnusableError if pdfium reads another file than qpdf, which made the ``clean`` one."""
    before, after = _open(supplied, password), _open(clean, None)
    try:
        before.init_forms()
        if not len(before) == len(after) == len(pages):
            raise _disagreement("number of pages")
        for number, page in enumerate(pages):
            _compare(before[number], after[number], page, with_picture=number == 0)
    finally:
        before.close()
        after.close()


def _compare(before: Any, after: Any, page: PageProof, *, with_picture: bool) -> None:
    if any(abs(one - other) > _TOLERANCE_POINTS for one, other in zip(before.get_size(), page.size, strict=True)):
        raise _disagreement("size of a page")
    if _letters(before) - _letters(after):
        raise _disagreement("text")
    if with_picture and not _look_alike(_render(before), _render(after, page.placement)):
        raise _disagreement("picture of the first page")


def _open(content: bytes, password: str | None) -> Any:
    try:
        return pypdfium2.PdfDocument(content, password=password)
    except pypdfium2.PdfiumError:
        raise _disagreement("structure") from None


def _letters(page: Any) -> Counter[str]:
    text = page.get_textpage()
    try:
        return Counter("".join(text.get_text_range().split()))
    finally:
        text.close()


def _render(page: Any, placement: Placement | None = None) -> Image.Image:
    """Return the page, or a part of it, as a small grey picture."""
    width, height = page.get_size()
    part = placement or Placement(0, 0, width, height)
    crop = (
        part.left,
        part.bottom,
        max(0.0, width - part.left - part.width),
        max(0.0, height - part.bottom - part.height),
    )
    sides = sorted((part.width, part.height))
    scale = min(_SIDE / sides[0], _MAX_SIDE / sides[1])
    picture: Image.Image = page.render(scale=scale, crop=[max(0.0, side) for side in crop]).to_pil().convert("L")
    return picture


def _look_alike(one: Image.Image, other: Image.Image) -> bool:
    means = [picture.resize(_PARTS, Image.Resampling.BOX) for picture in (one, other)]
    return ImageChops.difference(*means).getextrema()[1] <= _TOLERANCE_GREYS  # type: ignore[operator] # one band


def _disagreement(about: str) -> UnusableError:
    return UnusableError(
        "attachment-disagreement",
        f"two PDF readers disagree about the {about}, so other viewers may show another document",
        PRINT_AGAIN,
    )
