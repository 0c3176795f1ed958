"""Filled fields and annotations: what is seen of them becomes part of the page, and nothing else of them is kept."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2

from pipeline.attach.result import Notes
from pipeline.errors import UnusableError

FORM_RULE, XFA_RULE = "FIL-06", "OUT-05"

_HIDDEN = 0x01 | 0x02 | 0x20  # annotation flags Invisible, Hidden, NoView
#: Annotations that a reader draws by itself when the file has no picture of them.
_DRAWN_BY_READERS = frozenset(
    ["/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Ink", "/Square", "/Circle", "/FreeText", "/Line"]
)
_WITH_TEXT = frozenset(["/Tx", "/Ch"])
_DEEPEST = 20


def flattened(pdf: pikepdf.Pdf, notes: Notes) -> pikepdf.Pdf:
    """The PDF with everything visible on its pages. Raises UnusableError when that cannot be done."""
    form = pdf.Root.get("/AcroForm")
    fields = form.get("/Fields") if isinstance(form, pikepdf.Dictionary) else None
    if isinstance(form, pikepdf.Dictionary) and "/XFA" in form and not fields:
        notes.add(XFA_RULE)
    annotations = [each for page in pdf.pages for each in _visible(page)]
    if any(_is_filled(each) for each in annotations):
        notes.add(FORM_RULE)
    undrawn = [each for each in annotations if _needs_drawing(each)]
    if any(not _is_latin(_value(each)) for each in undrawn):
        raise UnusableError(
            "attachment-form",
            "a field of the form is filled in, but the file has no picture of what it says",
            "open the form in the program that filled it, and print it to PDF",
        )
    if undrawn:
        pdf = _drawn(pdf)
    pdf.flatten_annotations("screen")
    return pdf


def _visible(page: pikepdf.Page) -> Iterator[Any]:
    annotations = page.obj.get("/Annots")
    if isinstance(annotations, pikepdf.Array):
        for each in annotations:
            if isinstance(each, pikepdf.Dictionary) and not int(each.get("/F", 0)) & _HIDDEN:
                yield each


def _needs_drawing(annotation: Any) -> bool:
    """Whether a reader would draw it, and the file has no picture of it."""
    if "/AP" in annotation and "/N" in annotation.AP:
        return False
    if str(annotation.get("/Subtype")) == "/Widget":
        return _is_filled(annotation)
    return str(annotation.get("/Subtype")) in _DRAWN_BY_READERS


def _is_filled(annotation: Any) -> bool:
    return str(inherited(annotation, "/FT")) in _WITH_TEXT and bool(_value(annotation))


def _value(annotation: Any) -> str:
    """What a field says, or an annotation that is text."""
    value = inherited(annotation, "/V")
    if value is None and str(annotation.get("/Subtype")) == "/FreeText":
        value = annotation.get("/Contents")
    if isinstance(value, pikepdf.Stream):
        return value.read_bytes().decode("utf-8", "replace")
    values = value if isinstance(value, pikepdf.Array) else [value]
    return " ".join(str(each) for each in values if isinstance(each, (str, pikepdf.String)))


def inherited(field: Any, key: str) -> Any:
    """What a field says under ``key``, or one of those above it; None when none does."""
    for _ in range(_DEEPEST):
        if key in field:
            return field[key]
        field = field.get("/Parent")
        if not isinstance(field, pikepdf.Dictionary):
            return None
    return None


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
