"""Writes the tables of the characters that the shipped fonts have: ``make glyphs``. Tests fail when one is stale."""

from __future__ import annotations

import io
import json
import textwrap
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTCollection, TTFont

from pipeline.formats.fonts import FONT_PACKAGES, font_file

DATA = Path(__file__).parents[2] / "pipeline" / "formats" / "data"
_VARIATION_SEQUENCES = 14


def faces() -> list[Any]:
    """Every face of the shipped fonts, those for Japanese at both ends."""
    collection, bold = (io.BytesIO(font_file(package).read_bytes()) for package in FONT_PACKAGES)
    return [*TTCollection(collection, lazy=True).fonts, TTFont(bold, lazy=True)]


def edges_of(face: Any) -> list[int]:
    """First character of each run that the face has, and the first after it, in turn."""
    return _edges(set(face.getBestCmap()))


def variants_of(face: Any) -> dict[str, list[int]]:
    """The same for the characters of which the face has a variant, by the selector that asks for it."""
    [table] = [table for table in face["cmap"].tables if table.format == _VARIATION_SEQUENCES]
    found = sorted(table.uvsDict.items())
    return {f"{selector:04X}": _edges({character for character, _ in pairs}) for selector, pairs in found}


def _edges(covered: set[int]) -> list[int]:
    starts = {code for code in covered if code - 1 not in covered}
    return sorted(starts | {code + 1 for code in covered if code + 1 not in covered})


def main() -> None:
    """Write both tables."""
    face = faces()[0]
    _write("glyphs", "Characters that every shipped face has: where their runs begin and end", edges_of(face))
    title = "Characters of which the Japanese faces have a variant, by its selector: where their runs begin and end"
    _write("glyph-variants", title, variants_of(face))


def _write(name: str, title: str, edges: Any) -> None:
    wrapped = "\n".join(textwrap.wrap(json.dumps(edges), 120))
    text = f'{{\n"title": {json.dumps(title)},\n"made_by": "make glyphs",\n"edges":\n{wrapped}\n}}\n'
    (DATA / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
