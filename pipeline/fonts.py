"""The two font packages: where their files are, and which characters they can draw."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.errors import EngineError, Problem

#: PostScript names that a document may embed: Regular for Japanese and Chinese, Bold for Japanese.
ALLOWED_PREFIX = "NotoSansCJK"


#: The distributions that carry the fonts; each has one module, which names its file.
FONT_PACKAGES = ("noto-cjk-sans-otc", "noto-cjk-sans-jp-bold")


def font_file(package: str) -> Path:
    """The font file that a distribution carries. Raises EngineError when it is not there."""
    try:
        file = Path(str(importlib.import_module(package.replace("-", "_")).FONT_PATH))
    except ImportError:
        file = Path(package)
    if not file.is_file():
        hint = "install visa-packet anew with its dependencies; `visa-packet doctor` says what is there"
        raise EngineError(Problem("engine-fonts", "error", f"the font package {package} is missing", hint, package))
    return file


def font_folders() -> list[Path]:
    """Folders with the shipped font files."""
    return [font_file(package).parent for package in FONT_PACKAGES]


def undrawable(text: str) -> str:
    """The characters of ``text`` that the shipped fonts have no glyph for, each once."""
    left = set(text)
    for number in range(_face_count() if left else 0):
        left = {character for character in left if ord(character) not in _coverage(number)}
        if not left:
            break
    return "".join(sorted(left))


@cache
def _collection() -> Any:
    # Imported here: only a document that could not be drawn, and the check of templates, need it.
    from fontTools.ttLib import TTCollection  # noqa: PLC0415

    return TTCollection(str(font_file(FONT_PACKAGES[0])), lazy=True)


def _face_count() -> int:
    return len(_collection().fonts)


@cache
def _coverage(face: int) -> frozenset[int]:
    """Characters of one face. The first has nearly all, and reading one takes a tenth of a second."""
    return frozenset(_collection().fonts[face].getBestCmap())


@cache
def font_names() -> frozenset[str]:
    """Names under which Word knows the shipped fonts."""
    # Imported here: only the check of templates needs it.
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    names = {str(face["name"].getDebugName(number)) for face in _collection().fonts for number in (1, 4)}
    with TTFont(str(font_file(FONT_PACKAGES[1])), lazy=True) as bold:
        return frozenset(names | {str(bold["name"].getDebugName(number)) for number in (1, 4)})
