"""Goldens: text and page pictures of every document of the examples, as they were when a person last approved them."""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from PIL import Image

from tests.support.pages import lines, pictures

GOLDENS = Path(__file__).parents[1] / "goldens"
HOW = "look at it; if it is meant, `make goldens` and commit"
_DPI = 60
_COLOURS = 24


Golden = str | Image.Image


@cache
def of_packet(folder: Path) -> Mapping[str, Golden]:
    """Name and content of each golden that the documents of a packet give."""
    goldens: dict[str, Golden] = {}
    for document in sorted((folder / "documents").glob("*.pdf")):
        pdf = document.read_bytes()
        goldens[f"{document.stem}.txt"] = lines(pdf)
        for page, picture in enumerate(pictures(pdf, dpi=_DPI), start=1):
            goldens[f"{document.stem}-{page}.png"] = picture.quantize(_COLOURS, dither=Image.Dither.NONE)
    return goldens


def encoded(golden: Golden) -> bytes:
    """Content of the file of a golden."""
    if isinstance(golden, str):
        return golden.encode()
    out = io.BytesIO()
    golden.save(out, "PNG", optimize=True)
    return out.getvalue()


def write(example: str, goldens: Mapping[str, Golden]) -> None:
    """Put the goldens of an example in the place of what was there."""
    folder = GOLDENS / example
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, golden in goldens.items():
        (folder / name).write_bytes(encoded(golden))
