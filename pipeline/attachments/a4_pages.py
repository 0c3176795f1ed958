"""The pages of a PDF, each as it is shown, on A4 pages of a new PDF that holds nothing but them."""

from __future__ import annotations

from typing import Any

import pikepdf

from pipeline.attachments.notes import Notes
from pipeline.attachments.placement import Matrix, Place, add_sheet, fitted, page_for
from pipeline.errors import UnusableError
from pipeline.formats.pdf.geometry import is_a4

SIZE_RULE = "OUT-01B"
#: Below this, in points (1 cm), nothing on a page can be read.
_SMALLEST = 28.0
_LETTER = (0.0, 0.0, 612.0, 792.0)


def lay_out(pdf: pikepdf.Pdf, notes: Notes) -> tuple[pikepdf.Pdf, list[Place]]:
    """A new PDF with the pages of ``pdf``, and where on its page each of them stands. Raises UnusableError."""
    new, places = pikepdf.new(), []
    for page in pdf.pages:
        box = shown_box(page)
        unit = _unit(page)
        width, height = (side * unit for side in shown_size(page))
        if min(width, height) < _SMALLEST:
            message = "a page of the PDF is smaller than 1 cm"
            raise UnusableError("attachment-page-size", message, "print it to PDF on A4 again, or scan it")
        if not is_a4(width, height):
            notes.add(SIZE_RULE)
        sheet = page_for(width, height)
        place = fitted(width, height, sheet)
        matrix = _turned(box, _rotation(page)).into(place, width / unit, height / unit)
        add_sheet(new, new.copy_foreign(_form(page, box)), matrix, sheet)
        places.append(place)
    return new, places


def shown_box(page: pikepdf.Page) -> Place:
    """The part of the page that readers show, in its own units."""
    media, crop = _sides(page.obj, "/MediaBox") or _LETTER, _sides(page.obj, "/CropBox")
    left, bottom, right, top = media
    if crop:
        left, bottom = max(left, crop[0]), max(bottom, crop[1])
        right, top = min(right, crop[2]), min(top, crop[3])
    if right <= left or top <= bottom:
        left, bottom, right, top = media
    return Place(left, bottom, right - left, top - bottom)


def shown_size(page: pikepdf.Page) -> tuple[float, float]:
    """Width and height in the page's own units, as readers show it."""
    box = shown_box(page)
    sides = (box.width, box.height)
    return sides[::-1] if _rotation(page) % 2 else sides


def _sides(page: pikepdf.Object, key: str) -> tuple[float, float, float, float] | None:
    box: Any = _inherited(page, key)
    try:
        x1, y1, x2, y2 = (float(side) for side in box)
    except (TypeError, ValueError):
        return None
    left, right, bottom, top = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
    return (left, bottom, right, top) if right > left and top > bottom else None


def _inherited(node: pikepdf.Object, key: str) -> pikepdf.Object | None:
    for _ in range(50):
        if key in node:
            return node[key]
        parent = node.get("/Parent")
        if not isinstance(parent, pikepdf.Dictionary):
            return None
        node = parent
    return None


def _rotation(page: pikepdf.Page) -> int:
    """Quarter turns clockwise; what is no quarter turn counts as the one before it, as readers do."""
    try:
        return int(float(_inherited(page.obj, "/Rotate") or 0) // 90) % 4
    except (TypeError, ValueError):
        return 0


def _unit(page: pikepdf.Page) -> float:
    """Points to which a unit of the page is equal."""
    try:
        unit = float(page.obj.get("/UserUnit", 1))
    except (TypeError, ValueError):
        return 1.0
    return unit if unit > 0 else 1.0


def _turned(box: Place, quarters: int) -> Matrix:
    """Takes the box to the origin, turned clockwise."""
    left, bottom, width, height = box
    return (
        Matrix(1, 0, 0, 1, -left, -bottom),
        Matrix(0, -1, 1, 0, -bottom, left + width),
        Matrix(-1, 0, 0, -1, left + width, bottom + height),
        Matrix(0, 1, -1, 0, bottom + height, -left),
    )[quarters]


def _form(page: pikepdf.Page, box: Place) -> pikepdf.Object:
    """The page as something that another page can draw, clipped to what is shown of it."""
    form = page.as_form_xobject(handle_transformations=False)
    form.BBox = pikepdf.Array([box.left, box.bottom, box.left + box.width, box.bottom + box.height])
    return form
