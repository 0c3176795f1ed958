"""The mark of a draft on a form that was filled: in the margin of each page, where nothing is printed."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pypdfium2

from pipeline.attachments.a4_pages import shown_matrix
from pipeline.errors import UnusableError
from pipeline.formats.pdf.typesetting import add_font, set_line, subset_for
from pipeline.packet.plan import MARK, WARNING

_SIZE = 8.0
#: Height of the strip at the edge of a page in which the mark stands, and of its baseline in that, in points.
_STRIP, _BELOW = 14, 4.0
_UNIFORM = 8  # greys of 256 by which a strip may differ in which nothing is printed
_COLOUR = "0.69 0.19 0.19 rg"


def stamp_draft(pdf: pikepdf.Pdf) -> None:
    """Write the mark at the head of each page, or at its foot. Raises UnusableError when both are taken."""
    line = set_line(MARK + WARNING)
    font = add_font(pdf, subset_for([line]))
    shown = pypdfium2.PdfDocument(_flat(pdf))
    try:
        for number, page in enumerate(pdf.pages):
            y = _free(shown[number])
            name = page.add_resource(font, pikepdf.Name.Font)
            x = (shown[number].get_width() - line.width_at(_SIZE)) / 2
            text = f" cm {_COLOUR} BT {name} {_SIZE:g} Tf {x:.3f} {y:.3f} Td ".encode()
            page.contents_add(b"q", prepend=True)  # undone before the mark, with every change of the page's own
            page.contents_add(b"Q q " + shown_matrix(page).inverse().encode() + text + line.codes + b" Tj ET Q")
    finally:
        shown.close()


def _flat(pdf: pikepdf.Pdf) -> bytes:
    """A copy with the fields as parts of the pages: where they stand is no margin."""
    out, flat = io.BytesIO(), io.BytesIO()
    pdf.save(out)
    with pikepdf.open(out) as copy:
        copy.flatten_annotations("screen")
        copy.save(flat)
    return flat.getvalue()


def _free(page: Any) -> float:
    """Height of the baseline, in points from the foot of the page as it is shown."""
    picture = page.render(scale=1).to_pil().convert("L")
    for top in (0, picture.height - _STRIP):
        darkest, lightest = picture.crop((0, top, picture.width, top + _STRIP)).getextrema()
        if lightest - darkest < _UNIFORM:
            return float(page.get_height() - top - _STRIP + _BELOW)
    message = "a page of the form has no margin for the mark of a draft"
    raise UnusableError("form-draft", message, "build it without --draft, or fill it with `visa-packet form fill`")
