"""The pages of a PDF as a viewer shows them, each drawn on an A4 page of a new PDF that has nothing else."""

from __future__ import annotations

import pikepdf

from pipeline.attachments.inherited_keys import find_inherited
from pipeline.attachments.notes import Notes
from pipeline.attachments.placement import Placement, add_page, page_for, shrink_to_fit
from pipeline.attachments.unusable import unusable
from pipeline.formats.pdf.geometry import is_a4, to_shown

SIZE_RULE = "OUT-01B"
#: In points (1 cm). Nothing on a smaller page is legible.
_SMALLEST = 28.0
_LETTER = pikepdf.Rectangle(0, 0, 612, 792)


def lay_out(pdf: pikepdf.Pdf, notes: Notes) -> tuple[pikepdf.Pdf, list[Placement]]:
    """Return a new PDF with the pages of ``pdf``, and the place of each on its new page. Raises UnusableError."""
    new, placements = pikepdf.new(), []
    for page in pdf.pages:
        unit = _unit(page)
        own_width, own_height = shown_size(page)
        width, height = own_width * unit, own_height * unit
        if min(width, height) < _SMALLEST:
            raise unusable("attachment-page-size")
        if not is_a4(width, height):
            notes.add(SIZE_RULE)
        a4 = page_for(width, height)
        placement = shrink_to_fit(width, height, a4)
        matrix = shown_matrix(page) @ placement.matrix(own_width, own_height)
        add_page(new, new.copy_foreign(_form(page)), matrix, a4)
        placements.append(placement)
    return new, placements


def shown_size(page: pikepdf.Page) -> tuple[float, float]:
    """Return width and height in the page's own units, as a viewer shows it."""
    box = _visible(page)
    return (box.height, box.width) if _quarters(page) % 2 else (box.width, box.height)


def shown_matrix(page: pikepdf.Page) -> pikepdf.Matrix:
    """Return the matrix from the page's own coordinates to those of the page as a viewer shows it."""
    return to_shown(_visible(page), _quarters(page))


def _visible(page: pikepdf.Page) -> pikepdf.Rectangle:
    """Return the part of the page that viewers show, in its own units."""
    media, crop = _box(page, "/MediaBox") or _LETTER, _box(page, "/CropBox")
    if crop:
        left, bottom = max(media.llx, crop.llx), max(media.lly, crop.lly)
        right, top = min(media.urx, crop.urx), min(media.ury, crop.ury)
        if right > left and top > bottom:
            return pikepdf.Rectangle(left, bottom, right, top)
    return media


def _box(page: pikepdf.Page, key: str) -> pikepdf.Rectangle | None:
    try:
        x1, y1, x2, y2 = (float(side) for side in find_inherited(page.obj, key))
    except (TypeError, ValueError):
        return None
    left, right, bottom, top = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
    return pikepdf.Rectangle(left, bottom, right, top) if right > left and top > bottom else None


def _quarters(page: pikepdf.Page) -> int:
    """Return the clockwise quarter turns of a page. Any other angle counts as the quarter before it, as in viewers."""
    try:
        return int(float(find_inherited(page.obj, "/Rotate") or 0) // 90) % 4
    except (TypeError, ValueError):
        return 0


def _unit(page: pikepdf.Page) -> float:
    """Return the size of a page's own unit in points."""
    try:
        unit = float(page.obj.get("/UserUnit", 1))
    except (TypeError, ValueError):
        return 1.0
    return unit if unit > 0 else 1.0


def _form(page: pikepdf.Page) -> pikepdf.Object:
    """Return the page as a form that another page can draw, clipped to its visible part."""
    form = page.as_form_xobject(handle_transformations=False)
    form.BBox = _visible(page).as_array()
    return form
