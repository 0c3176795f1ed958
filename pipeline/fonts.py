"""The two font packages: where their files are, and which characters they can draw."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import noto_cjk_sans_jp_bold
import noto_cjk_sans_otc

#: PostScript names that a document may embed: Regular for Japanese and Chinese, Bold for Japanese.
ALLOWED_PREFIX = "NotoSansCJK"


def font_files() -> dict[str, Path]:
    """The shipped font files by the distribution that carries them."""
    return {
        "noto-cjk-sans-otc": Path(str(noto_cjk_sans_otc.FONT_PATH)),
        "noto-cjk-sans-jp-bold": Path(str(noto_cjk_sans_jp_bold.FONT_PATH)),
    }


def font_folders() -> list[Path]:
    """Folders with the shipped font files."""
    return [file.parent for file in font_files().values()]


def undrawable(text: str) -> str:
    """The characters of ``text`` that the shipped fonts have no glyph for, each once."""
    return "".join(sorted({character for character in text if ord(character) not in _coverage()}))


@cache
def _coverage() -> frozenset[int]:
    # Imported here: only a document that could not be drawn needs it.
    from fontTools.ttLib import TTCollection  # noqa: PLC0415

    with TTCollection(str(noto_cjk_sans_otc.FONT_PATH), lazy=True) as collection:
        return frozenset(code for face in collection.fonts for code in face.getBestCmap())
