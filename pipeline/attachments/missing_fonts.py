"""Fonts that a PDF names without holding them: each machine draws them with another one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pikepdf

FONT_RULE = "OUT-05B"

_FILES = ("/FontFile", "/FontFile2", "/FontFile3")


def lacks_a_font(found: Iterable[Any]) -> bool:
    """Whether one of these dictionaries of a PDF is a font whose file is not in it."""
    return any(
        not _is_embedded(each)
        for each in found
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
