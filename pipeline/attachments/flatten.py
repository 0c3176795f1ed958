"""Makes the visible content of fields and annotations a part of their page, and removes the rest."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2

from pipeline.attachments.appearances import can_be_drawn, has_content, is_box, is_field, is_filled, needs_drawing
from pipeline.attachments.notes import Notes
from pipeline.attachments.unusable import unusable

FORM_RULE = "FIL-06"

_INVISIBLE, _HIDDEN, _PRINT, _NO_VIEW = 0x01, 0x02, 0x04, 0x20  # annotation flags
#: The flag Invisible hides only annotations of other kinds, which a viewer does not know.
_STANDARD = re.compile(
    "/(Text|Link|FreeText|Line|Square|Circle|Polygon|PolyLine|Highlight|Underline|Squiggly|StrikeOut|Caret|Stamp|Ink|Popup"
    "|FileAttachment|Sound|Movie|Screen|Widget|PrinterMark|TrapNet|Watermark|3D|Redact|Projection|RichMedia)"
)
#: The key for what is set aside while pdfium draws: of the catalogue its form, of a page its other annotations.
_ASIDE = "/VisaPacketAside"


def flatten(pdf: pikepdf.Pdf, notes: Notes) -> pikepdf.Pdf:
    """Return the PDF with visible fields and annotations in its pages. Raises UnusableError if they cannot be drawn."""
    if any(_is_only_printed(each) for page in pdf.pages for each in _annotations(page)):
        raise unusable("attachment-form/printed")
    delete_outdated(pdf)
    annotations = [each for page in pdf.pages for each in _visible(page)]
    if any(is_filled(each) for each in annotations):
        notes.add(FORM_RULE)
    undrawn = [each for each in annotations if needs_drawing(each)]
    if not all(can_be_drawn(each) for each in undrawn):
        raise unusable("attachment-form")
    if undrawn or _is_to_be_drawn(pdf):
        pdf = _draw(pdf)
    pdf.flatten_annotations("screen")
    return pdf


def delete_outdated(pdf: pikepdf.Pdf) -> None:
    """Delete the appearances of fields, except boxes, if the form says that viewers must draw them."""
    if _is_to_be_drawn(pdf):
        for page in pdf.pages:
            for each in _visible(page):
                if "/AP" in each and is_field(each) and not is_box(each):
                    del each.AP


def _is_to_be_drawn(pdf: pikepdf.Pdf) -> bool:
    form = pdf.Root.get("/AcroForm")
    return isinstance(form, pikepdf.Dictionary) and bool(form.get("/NeedAppearances", False))


def _visible(page: pikepdf.Page) -> Iterator[Any]:
    """Yield the annotations that a viewer shows, without a flag that has no effect."""
    for each in _annotations(page):
        flags = int(each.get("/F", 0))
        if flags & _INVISIBLE and _STANDARD.fullmatch(str(each.get("/Subtype"))):
            flags ^= _INVISIBLE
            each.F = flags
        if not flags & (_INVISIBLE | _HIDDEN | _NO_VIEW):
            yield each


def _is_only_printed(annotation: Any) -> bool:
    flags = int(annotation.get("/F", 0))
    return flags & (_HIDDEN | _PRINT | _NO_VIEW) == _PRINT | _NO_VIEW and has_content(annotation)


def _annotations(page: pikepdf.Page) -> list[Any]:
    annotations = page.obj.get("/Annots")
    found = annotations if isinstance(annotations, pikepdf.Array) else ()
    return [each for each in found if isinstance(each, pikepdf.Dictionary)]


def _draw(pdf: pikepdf.Pdf) -> pikepdf.Pdf:
    """Return the PDF after pdfium has drawn into its pages what has no appearance, and all fields if it has to."""
    before, after = io.BytesIO(), io.BytesIO()
    if "/AcroForm" not in pdf.Root:  # otherwise pdfium draws no annotations into the page
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array())
    pdf.Root[_ASIDE] = pdf.Root.AcroForm  # pdfium removes it
    with_fields = _is_to_be_drawn(pdf)
    for page in pdf.pages:
        drawn, others = pikepdf.Array(), pikepdf.Array()
        for each in _visible(page):
            is_drawn = needs_drawing(each) or (with_fields and is_field(each))
            (drawn if is_drawn else others).append(each)
        page.obj[_ASIDE], page.obj.Annots = others, drawn
    pdf.save(before, encryption=False)
    document = pypdfium2.PdfDocument(before.getvalue())
    try:
        document.init_forms()
        for page in document:
            page.flatten()
            page.close()
        document.save(after)
    finally:
        document.close()
    flat = pikepdf.open(after)
    flat.Root.AcroForm = flat.Root[_ASIDE]
    for page in flat.pages:
        page.obj.Annots = page.obj[_ASIDE]
    if with_fields:
        del flat.Root.AcroForm.NeedAppearances  # qpdf would leave out every field
    return flat
