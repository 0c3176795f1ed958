"""Makes the visible content of fields and annotations a part of their page, and removes the rest."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2

from pipeline.attachments.inherited_keys import find_inherited
from pipeline.attachments.notes import Notes
from pipeline.errors import UnusableError

FORM_RULE, XFA_RULE = "FIL-06", "OUT-05"

_HIDDEN = 0x01 | 0x02 | 0x20  # annotation flags Invisible, Hidden, NoView
#: Annotations that pdfium draws if the file has no appearance for them, and those that only other viewers draw then.
_DRAWN = frozenset(["/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Ink", "/Square", "/Circle"])
_DRAWN_BY_OTHERS = frozenset(["/FreeText", "/Line", "/PolyLine", "/Polygon", "/Stamp"])
_WITH_TEXT = frozenset(["/Tx", "/Ch"])
PUSH_BUTTON = 1 << 16  # field flag


def flatten(pdf: pikepdf.Pdf, notes: Notes) -> pikepdf.Pdf:
    """Return the PDF with visible fields and annotations in its pages. Raises UnusableError if they cannot be drawn."""
    form = pdf.Root.get("/AcroForm")
    fields = form.get("/Fields") if isinstance(form, pikepdf.Dictionary) else None
    if isinstance(form, pikepdf.Dictionary) and "/XFA" in form and not fields:
        notes.add(XFA_RULE)
    outdated = delete_outdated(pdf)
    annotations = [each for page in pdf.pages for each in _visible(page)]
    if any(_is_filled(each) for each in annotations):
        notes.add(FORM_RULE)
    for each in annotations:
        _set_state(each)
    undrawn = [each for each in annotations if _needs_drawing(each)]
    if not all(_can_be_drawn(each) for each in undrawn):
        raise UnusableError(
            "attachment-form",
            "a filled field, a note or a line has no stored appearance, so viewers show it differently",
            "open it in the program in which it was filled, and print it to PDF",
        )
    if undrawn or outdated:
        pdf = _draw(pdf)
    pdf.flatten_annotations("screen")
    return pdf


def delete_outdated(pdf: pikepdf.Pdf) -> bool:
    """Delete the appearances of text fields if the form says that viewers must draw them: they can be outdated."""
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, pikepdf.Dictionary) or not form.get("/NeedAppearances", False):
        return False
    del form.NeedAppearances  # qpdf would leave out every field
    visible = [each for page in pdf.pages for each in _visible(page)]
    outdated = [each for each in visible if str(find_inherited(each, "/FT")) in _WITH_TEXT and "/AP" in each]
    for each in outdated:
        del each.AP
    return bool(outdated)


def _set_state(annotation: Any) -> None:
    """Set the state of a check box if only the value of its field has it."""
    if _is_box(annotation) and "/AS" not in annotation:
        value, states = find_inherited(annotation, "/V"), _states(annotation)
        is_on = isinstance(value, pikepdf.Name) and (states is None or str(value) in states)
        annotation.AS = value if is_on else pikepdf.Name.Off


def _visible(page: pikepdf.Page) -> Iterator[Any]:
    annotations = page.obj.get("/Annots")
    if isinstance(annotations, pikepdf.Array):
        for each in annotations:
            if isinstance(each, pikepdf.Dictionary) and not int(each.get("/F", 0)) & _HIDDEN:
                yield each


def _needs_drawing(annotation: Any) -> bool:
    """Return True if a viewer would draw it although the file has no appearance for it."""
    if _is_box(annotation):
        states = _states(annotation)
        return annotation.AS != "/Off" and (states is None or str(annotation.AS) not in states)
    if "/AP" in annotation and "/N" in annotation.AP:
        return False
    kind = str(annotation.get("/Subtype"))
    return _is_filled(annotation) if kind == "/Widget" else kind in _DRAWN | _DRAWN_BY_OTHERS


def _can_be_drawn(annotation: Any) -> bool:
    """Return True if pdfium draws it, with fonts that every viewer has."""
    if str(annotation.get("/Subtype")) != "/Widget":
        return str(annotation.get("/Subtype")) in _DRAWN
    return not _is_box(annotation) and _is_latin(_value(annotation))


def _is_box(annotation: Any) -> bool:
    """Return True for a check box or a radio button."""
    is_button = str(find_inherited(annotation, "/FT")) == "/Btn"
    return is_button and not int(find_inherited(annotation, "/Ff") or 0) & PUSH_BUTTON


def _states(annotation: Any) -> set[str] | None:
    """Return the states of a box that have an appearance; None if it has no appearances at all."""
    pictures = annotation.AP.get("/N") if isinstance(annotation.get("/AP"), pikepdf.Dictionary) else None
    if isinstance(pictures, pikepdf.Stream):
        return {str(annotation.get("/AS"))}  # one for all of them
    return set(pictures.keys()) if isinstance(pictures, pikepdf.Dictionary) else None


def _is_filled(annotation: Any) -> bool:
    return str(find_inherited(annotation, "/FT")) in _WITH_TEXT and bool(_value(annotation))


def _value(annotation: Any) -> str:
    """Return the value of a field as text."""
    value = find_inherited(annotation, "/V")
    if isinstance(value, pikepdf.Stream):
        return value.read_bytes().decode("utf-8", "replace")
    values = value if isinstance(value, pikepdf.Array) else [value]
    return " ".join(str(each) for each in values if isinstance(each, (str, pikepdf.String)))


def _is_latin(text: str) -> bool:
    """Return True if a viewer can draw the text with the standard fonts."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _draw(pdf: pikepdf.Pdf) -> pikepdf.Pdf:
    """Return the PDF after pdfium has drawn everything without an appearance into its pages."""
    before, after = io.BytesIO(), io.BytesIO()
    if "/AcroForm" not in pdf.Root:  # otherwise pdfium draws no annotations into the page
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array())
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
    return pikepdf.open(after)
