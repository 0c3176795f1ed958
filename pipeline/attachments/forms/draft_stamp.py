"""The mark of a draft on a filled form: in the margin of each page, where nothing is printed."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pypdfium2

from pipeline.attachments.a4_pages import shown_matrix
from pipeline.attachments.unusable import unusable
from pipeline.formats.pdf.typesetting import add_font, set_line, subset_for

_SIZE = 8.0
#: In points: the height of the strip for the mark at the edge of a page, and of the mark's baseline in this strip.
_STRIP, _BASELINE = 14, 4.0
_UNIFORM = 8  # nothing is printed in a strip that has fewer than so many of 256 greys
_COLOUR = "0.69 0.19 0.19 rg"


def stamp_pages(pdf: pikepdf.Pdf, mark: str) -> None:
    """Write the mark at the head of each page, or at its foot. Raises UnusableError if both have content."""
    line = set_line(mark)
    font = add_font(pdf, subset_for([line]))
    viewer = pypdfium2.PdfDocument(_flatten(pdf))
    try:
        for number, page in enumerate(pdf.pages):
            y = _find_free_line(viewer[number])
            name = page.add_resource(font, pikepdf.Name.Font)
            x = (viewer[number].get_width() - line.width_at(_SIZE)) / 2
            text = f" cm {_COLOUR} BT {name} {_SIZE:g} Tf {x:.3f} {y:.3f} Td ".encode()
            page.contents_add(b"q", prepend=True)  # undone before the mark, with every change of the page's own
            page.contents_add(b"Q q " + shown_matrix(page).inverse().encode() + text + line.codes + b" Tj ET Q")
    finally:
        viewer.close()


def _flatten(pdf: pikepdf.Pdf) -> bytes:
    """Return a copy with the fields as parts of the pages: a strip with a field is not free."""
    out, flat = io.BytesIO(), io.BytesIO()
    pdf.save(out)
    with pikepdf.open(out) as copy:
        copy.flatten_annotations("screen")
        copy.save(flat)
    return flat.getvalue()


def _find_free_line(page: Any) -> float:
    """Return the height of the baseline, in points from the foot of the page as a viewer shows it."""
    picture = page.render(scale=1).to_pil().convert("L")
    for top in (0, picture.height - _STRIP):
        darkest, lightest = picture.crop((0, top, picture.width, top + _STRIP)).getextrema()
        if lightest - darkest < _UNIFORM:
            return float(page.get_height() - top - _STRIP + _BASELINE)
    raise unusable("form-draft")
