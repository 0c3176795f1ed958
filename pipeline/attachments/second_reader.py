"""A second reader of the PDF that came in and of the one that goes out: both must have the same pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pypdfium2
from PIL import Image, ImageChops

from pipeline.attachments.placement import Placement
from pipeline.errors import UnusableError

_TOLERANCE_POINTS = 1.0
_SIDE, _LONGEST = 100, 4000  # pixels of the shorter side of a page that is compared, and at most of the longer one
#: By how many of 256 greys a part of the page may differ: lines that are scaled fall on other dots.
_TOLERANCE_GREYS = 40
_PARTS = (10, 10)


def judge(
    given: bytes, password: str | None, made: bytes, sizes: Sequence[tuple[float, float]], places: Sequence[Placement]
) -> None:
    """Raise UnusableError when pdfium sees another file than the one that was read with qpdf.

    ``sizes`` are those of the given pages as they were read, ``places`` where they stand on the pages made.
    """
    before, after = _opened(given, password), _opened(made, None)
    try:
        before.init_forms()
        if not len(before) == len(after) == len(sizes):
            raise _disagreement("number of pages")
        for number, (size, place) in enumerate(zip(sizes, places, strict=True)):
            _compare(before[number], after[number], size, place, with_picture=not number)
    finally:
        before.close()
        after.close()


def _compare(before: Any, after: Any, size: tuple[float, float], place: Placement, *, with_picture: bool) -> None:
    if any(abs(one - other) > _TOLERANCE_POINTS for one, other in zip(before.get_size(), size, strict=True)):
        raise _disagreement("size of a page")
    if _letters(before) - _letters(after):
        raise _disagreement("text")
    if with_picture and not _look_alike(_picture(before), _picture(after, place)):
        raise _disagreement("picture of the first page")


def _opened(content: bytes, password: str | None) -> Any:
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


def _picture(page: Any, place: Placement | None = None) -> Image.Image:
    """The page, or what stands at a place of it, as a small picture."""
    width, height = page.get_size()
    shown = place or Placement(0, 0, width, height)
    crop = (
        shown.left,
        shown.bottom,
        max(0.0, width - shown.left - shown.width),
        max(0.0, height - shown.bottom - shown.height),
    )
    sides = sorted((shown.width, shown.height))
    scale = min(_SIDE / sides[0], _LONGEST / sides[1])
    picture: Image.Image = page.render(scale=scale, crop=[max(0.0, side) for side in crop]).to_pil().convert("L")
    return picture


def _look_alike(one: Image.Image, other: Image.Image) -> bool:
    means = [picture.resize(_PARTS, Image.Resampling.BOX) for picture in (one, other)]
    return ImageChops.difference(*means).getextrema()[1] <= _TOLERANCE_GREYS  # type: ignore[operator] # one band


def _disagreement(about: str) -> UnusableError:
    return UnusableError(
        "attachment-disagreement",
        f"two readers disagree about the {about} of the PDF, so that it may show something else to others",
        "print it to PDF again, or scan it",
    )
