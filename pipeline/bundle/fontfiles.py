"""Which fonts a PDF embeds, and which it only names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

_FILES = ("/FontFile", "/FontFile2", "/FontFile3")


def missing_programs(pdf: pikepdf.Pdf) -> list[str]:
    """Names of the fonts that are not embedded."""
    return [str(font.get("/BaseFont", "")) for font in _fonts(pdf) if _program(font) is None]


def embedded_programs(pdf: pikepdf.Pdf) -> list[bytes]:
    """The font programs that are embedded, each object once."""
    programs = {program.objgen: program for font in _fonts(pdf) if (program := _program(font)) is not None}
    return [program.read_raw_bytes() for program in programs.values()]


def _fonts(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """The fonts that have a program of their own: not those that are made of another, or of drawings."""
    for found in pdf.objects:
        if isinstance(found, pikepdf.Dictionary) and found.get("/Type") == "/Font":
            if found.get("/Subtype") not in {"/Type0", "/Type3"}:
                yield found


def _program(font: Any) -> Any:
    descriptor = font.get("/FontDescriptor", pikepdf.Dictionary())
    return next((descriptor[key] for key in _FILES if key in descriptor), None)
