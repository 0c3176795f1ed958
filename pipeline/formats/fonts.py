"""The shipped fonts: their files, their faces, and the characters that they can draw."""

from __future__ import annotations

import importlib
import io
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pipeline.errors import EngineError, Problem
from pipeline.language import Language
from pipeline.resources import read_data

#: The PostScript names of all fonts that a document may embed begin with this.
ALLOWED_PREFIX = "NotoSansCJK"
#: A character and a selector of its variant, as in names such as 葛󠄀.
_VARIANT = re.compile("(.)([\ufe00-\ufe0f\U000e0100-\U000e01ef])", re.DOTALL)

#: Unicode categories of spaces, controls, line ends and format characters, which are drawn as nothing.
_BLANK = ("Cc", "Cf", "Zl", "Zp", "Zs")

#: The distributions that carry the fonts; each has one module, which names its file.
FONT_PACKAGES = ("noto-cjk-sans-otc", "noto-cjk-sans-jp-bold")


@dataclass(frozen=True, slots=True)
class FontFace:
    """A face of a shipped font file: its number in the file, and its PostScript name."""

    package: str
    number: int
    name: str


JAPANESE = FontFace(FONT_PACKAGES[0], 0, "NotoSansCJKjp-Regular")
CHINESE = FontFace(FONT_PACKAGES[0], 2, "NotoSansCJKsc-Regular")
JAPANESE_BOLD = FontFace(FONT_PACKAGES[1], 0, "NotoSansCJKjp-Bold")
#: The face with the forms of characters that readers of a language are used to.
FACES: Mapping[Language, FontFace] = {"ja": JAPANESE, "en": JAPANESE, "zh": CHINESE}


def font_file(package: str) -> Path:
    """Return the font file of a distribution. Raise EngineError if it is missing."""
    try:
        file = Path(str(importlib.import_module(package.replace("-", "_")).FONT_PATH))
    except ImportError:
        file = Path(package)
    if not file.is_file():
        hint = "install visa-packet again with its dependencies; `visa-packet doctor` lists the installed ones"
        raise EngineError(Problem("engine-fonts", "error", f"the font package {package} is missing", hint, package))
    return file


def font_folders() -> list[Path]:
    """Return the folders with the shipped font files."""
    return [font_file(package).parent for package in FONT_PACKAGES]


def undrawable(text: str) -> str:
    """Return the characters of ``text`` that the shipped fonts have no glyph for, each once. All faces lack the same.

    A variation selector is one of them unless the Japanese faces have that variant of the character before it.
    """
    plain = _VARIANT.sub(lambda pair: pair[1] if _has_variant(*pair.groups()) else pair[0], text)
    return "".join(sorted(character for character in set(plain) if not _has_glyph(character)))


def without_glyph(text: str) -> str:
    """Return the undrawable characters that come out as boxes: nothing is drawn for blank ones."""
    return "".join(character for character in undrawable(text) if unicodedata.category(character) not in _BLANK)


@lru_cache(maxsize=1 << 16)  # all texts of a case have the same thousand characters
def _has_glyph(character: str) -> bool:
    return _is_inside(read_data("glyphs", "formats")["edges"], character)


def _has_variant(character: str, selector: str) -> bool:
    return _is_inside(read_data("glyph-variants", "formats")["edges"].get(f"{ord(selector):04X}", ()), character)


def _is_inside(edges: Sequence[int], character: str) -> bool:
    """Return True if a character is in one of the ranges; ``edges`` has the start and the end of each in turn."""
    return bisect_right(edges, ord(character)) % 2 == 1


@cache
def _collection() -> Any:
    # Imported here: only the check of templates needs it.
    from fontTools.ttLib import TTCollection  # noqa: PLC0415

    return TTCollection(io.BytesIO(font_file(FONT_PACKAGES[0]).read_bytes()), lazy=True)


@cache
def font_names() -> frozenset[str]:
    """Return the names of the shipped fonts in Word."""
    # Imported here: only the check of templates needs it.
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    names = {str(face["name"].getDebugName(number)) for face in _collection().fonts for number in (1, 4)}
    with TTFont(str(font_file(FONT_PACKAGES[1])), lazy=True) as bold:
        return frozenset(names | {str(bold["name"].getDebugName(number)) for number in (1, 4)})


class UndrawableError(Exception):
    """The engine has no glyph for these characters."""

    def __init__(self, characters: str) -> None:
        self.characters = characters
        super().__init__("characters without a glyph")
