"""Detects fonts that are not embedded in a PDF: each machine replaces them by another font."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pikepdf

FONT_RULE = "OUT-05B"

_FILES = ("/FontFile", "/FontFile2", "/FontFile3")


def lacks_a_font(nodes: Iterable[Any]) -> bool:
    """Return True if one of these dictionaries of a PDF is a font without its file."""
    return any(
        not _is_embedded(each)
        for each in nodes
        if each.get("/Type") == pikepdf.Name.Font and not str(each.get("/Subtype")).startswith("/CIDFont")
    )


def _is_embedded(font: Any) -> bool:
    if font.get("/Subtype") == "/Type3":
        return True
    below = font.get("/DescendantFonts")
    parts = list(below) if isinstance(below, pikepdf.Array) else [font]
    return all(_has_file(part) for part in parts)


def _has_file(font: Any) -> bool:
    descriptor = font.get("/FontDescriptor") if isinstance(font, pikepdf.Dictionary) else None
    return isinstance(descriptor, pikepdf.Dictionary) and any(name in descriptor for name in _FILES)
