"""Detects forms in XFA whose pages are only a placeholder: a program for XFA would draw the form instead of them."""

from __future__ import annotations

from typing import Any

import pikepdf

XFA_RULE = "OUT-05"

#: In the configuration of the form: the pages exist only when a program for XFA has drawn them.
_DYNAMIC = b"<dynamicRender>required<"


def is_drawn_from_xfa(pdf: pikepdf.Pdf) -> bool:
    """Return True if the PDF has a form in XFA and no fields on its pages, or pages that are only a placeholder."""
    form = pdf.Root.get("/AcroForm")
    data = form.get("/XFA") if isinstance(form, pikepdf.Dictionary) else None
    if data is None:
        return False
    if pdf.Root.get("/NeedsRendering", False) or not any(_has_field(page) for page in pdf.pages):
        return True
    parts: list[Any] = list(data) if isinstance(data, pikepdf.Array) else [data]
    return any(_DYNAMIC in each.read_bytes() for each in parts if isinstance(each, pikepdf.Stream))


def _has_field(page: pikepdf.Page) -> bool:
    annotations = page.obj.get("/Annots")
    return isinstance(annotations, pikepdf.Array) and any(
        isinstance(each, pikepdf.Dictionary) and each.get("/Subtype") == "/Widget" for each in annotations
    )
