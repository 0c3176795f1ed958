"""Filled fields and annotations: what is seen of them becomes part of the page, and nothing else of them is kept."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2

from pipeline.attachments.inherited_keys import inherited
from pipeline.attachments.notes import Notes
from pipeline.errors import UnusableError

FORM_RULE, XFA_RULE = "FIL-06", "OUT-05"

_HIDDEN = 0x01 | 0x02 | 0x20  # annotation flags Invisible, Hidden, NoView
#: Annotations that pdfium draws when the file has no picture of them, and those that only other readers draw then.
_DRAWN = frozenset(["/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Ink", "/Square", "/Circle"])
_DRAWN_BY_OTHERS = frozenset(["/FreeText", "/Line", "/PolyLine", "/Polygon", "/Stamp"])
_WITH_TEXT = frozenset(["/Tx", "/Ch"])
_PUSH_BUTTON = 1 << 16  # field flag


def flattened(pdf: pikepdf.Pdf, notes: Notes) -> pikepdf.Pdf:
    """The PDF with everything visible on its pages. Raises UnusableError when that cannot be done."""
    form = pdf.Root.get("/AcroForm")
    fields = form.get("/Fields") if isinstance(form, pikepdf.Dictionary) else None
    if isinstance(form, pikepdf.Dictionary) and "/XFA" in form and not fields:
        notes.add(XFA_RULE)
    outdated = forget_outdated(pdf)
    annotations = [each for page in pdf.pages for each in _visible(page)]
    if any(_is_filled(each) for each in annotations):
        notes.add(FORM_RULE)
    for each in annotations:
        _set_state(each)
    undrawn = [each for each in annotations if _needs_drawing(each)]
    if not all(_can_be_drawn(each) for each in undrawn):
        raise UnusableError(
            "attachment-form",
            "a field is filled in, or a note or line stands on a page, of which the file has no picture that holds",
            "open it in the program that it was filled in with, and print it to PDF",
        )
    if undrawn or outdated:
        pdf = _drawn(pdf)
    pdf.flatten_annotations("screen")
    return pdf


def forget_outdated(pdf: pikepdf.Pdf) -> bool:
    """Drop the pictures of texts, if the form says that readers have to draw them anew: they may be of earlier ones."""
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, pikepdf.Dictionary) or not form.get("/NeedAppearances", False):
        return False
    del form.NeedAppearances  # qpdf would leave out every field
    visible = [each for page in pdf.pages for each in _visible(page)]
    outdated = [each for each in visible if str(inherited(each, "/FT")) in _WITH_TEXT and "/AP" in each]
    for each in outdated:
        del each.AP
    return bool(outdated)


def _set_state(annotation: Any) -> None:
    """Let a box say itself whether it is ticked, where only the value of its field does."""
    if _is_box(annotation) and "/AS" not in annotation:
        value, states = inherited(annotation, "/V"), _states(annotation)
        is_on = isinstance(value, pikepdf.Name) and (states is None or str(value) in states)
        annotation.AS = value if is_on else pikepdf.Name.Off


def _visible(page: pikepdf.Page) -> Iterator[Any]:
    annotations = page.obj.get("/Annots")
    if isinstance(annotations, pikepdf.Array):
        for each in annotations:
            if isinstance(each, pikepdf.Dictionary) and not int(each.get("/F", 0)) & _HIDDEN:
                yield each


def _needs_drawing(annotation: Any) -> bool:
    """Whether a reader would draw it, and the file has no picture of it."""
    if _is_box(annotation):
        states = _states(annotation)
        return annotation.AS != "/Off" and (states is None or str(annotation.AS) not in states)
    if "/AP" in annotation and "/N" in annotation.AP:
        return False
    kind = str(annotation.get("/Subtype"))
    return _is_filled(annotation) if kind == "/Widget" else kind in _DRAWN | _DRAWN_BY_OTHERS


def _can_be_drawn(annotation: Any) -> bool:
    """Whether pdfium draws it, and with the fonts that every reader has."""
    if str(annotation.get("/Subtype")) != "/Widget":
        return str(annotation.get("/Subtype")) in _DRAWN
    return not _is_box(annotation) and _is_latin(_value(annotation))


def _is_box(annotation: Any) -> bool:
    """Whether it is a box to tick, or a button of a group."""
    is_button = str(inherited(annotation, "/FT")) == "/Btn"
    return is_button and not int(inherited(annotation, "/Ff") or 0) & _PUSH_BUTTON


def _states(annotation: Any) -> set[str] | None:
    """The states of a box of which the file has a picture; None when it has none at all."""
    pictures = annotation.AP.get("/N") if isinstance(annotation.get("/AP"), pikepdf.Dictionary) else None
    if isinstance(pictures, pikepdf.Stream):
        return {str(annotation.get("/AS"))}  # one for all of them
    return set(pictures.keys()) if isinstance(pictures, pikepdf.Dictionary) else None


def _is_filled(annotation: Any) -> bool:
    return str(inherited(annotation, "/FT")) in _WITH_TEXT and bool(_value(annotation))


def _value(annotation: Any) -> str:
    """What a field says."""
    value = inherited(annotation, "/V")
    if isinstance(value, pikepdf.Stream):
        return value.read_bytes().decode("utf-8", "replace")
    values = value if isinstance(value, pikepdf.Array) else [value]
    return " ".join(str(each) for each in values if isinstance(each, (str, pikepdf.String)))


def _is_latin(text: str) -> bool:
    """Whether a reader can draw the text with the fonts that every reader has."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _drawn(pdf: pikepdf.Pdf) -> pikepdf.Pdf:
    """The PDF with the pictures of what readers draw by themselves, as pdfium draws them."""
    given, made = io.BytesIO(), io.BytesIO()
    if "/AcroForm" not in pdf.Root:  # without, pdfium draws no annotations into the page
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array())
    pdf.save(given, encryption=False)
    document = pypdfium2.PdfDocument(given.getvalue())
    try:
        document.init_forms()
        for page in document:
            page.flatten()
            page.close()
        document.save(made)
    finally:
        document.close()
    return pikepdf.open(made)
