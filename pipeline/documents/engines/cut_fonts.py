"""Cuts the faces that documents use out of the font packages, for office2pdf, and caches them.

At each conversion the engine lists every character of every face that it gets: half a million in the eleven faces of
the packages, which takes longer than drawing the page. Documents use three of these faces, and nearly always only the
characters of the national standards. So the cache has these three faces as files whose character map (``cmap``) has
only these characters, without the glyphs that no common character needs. Glyphs, glyph numbers and metrics are
unchanged, so a page is the same.

A character is in all of the cut faces or in none of them. A document with any other character is converted with the
full font packages.
"""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
import zipfile
from contextlib import suppress
from functools import cache
from html import unescape
from importlib.metadata import distribution
from itertools import product
from pathlib import Path
from shutil import rmtree

from pipeline.formats.fonts import CHINESE, FONT_PACKAGES, JAPANESE, JAPANESE_BOLD, FontFace, font_file
from pipeline.formats.zip_archive import read_parts
from pipeline.system.cache import cache_folder, is_private, write_private

#: The version of the cutting, so that the cache of an older version is not used.
_CUT = 2
#: Name of the cut file and the face in it.
_FACES = {f"{face.name}.otf": face for face in (JAPANESE, CHINESE, JAPANESE_BOLD)}
#: The standards of both countries: JIS X 0208 with the characters that Windows adds, and GB 2312.
_STANDARDS = ("cp932", "gb2312")
#: Latin letters with marks, punctuation, arrows, mathematical signs, shapes.
_RANGES = ((0x20, 0x17F), (0x2010, 0x206F), (0x2190, 0x22FF), (0x25A0, 0x26FF))
#: Parts of a Word file that are not drawn. They name fonts of many scripts.
_UNDRAWN = ("customXml/", "docProps/", "word/fontTable.xml", "word/theme/")
_PLATFORM, _ENCODING, _FORMAT = 3, 10, 12  # Windows, full Unicode, segmented coverage


def has_common_characters(docx: bytes) -> bool:
    """Return True if the cut faces draw every character of the document that the packages draw."""
    try:
        parts = read_parts(docx)
    except zipfile.BadZipFile:
        return False  # the engine reports what is wrong
    return not any(
        _others().search(unescape(part.decode("utf-8", "replace")))
        for name, part in parts.items()
        if name.endswith(".xml") and not name.startswith(_UNDRAWN)
    )


@cache
def cut_faces() -> Path | None:
    """Return the folder with the cut faces, which is made at the first use; None if it cannot be cached."""
    home = cache_folder()
    if home is None:
        return None
    folder = home / f"faces-{_key()}"
    with suppress(OSError):
        if not folder.exists():
            _make(folder)
        if is_private(folder) and {file.name for file in folder.iterdir()} == _FACES.keys():
            return folder
    return None


def _key() -> str:
    """Return a key that changes with the font files, whose hashes the packages record, and with the cutting."""
    recorded = [
        str(file.hash)
        for package in FONT_PACKAGES
        for file in distribution(package).files or ()
        if file.name == font_file(package).name
    ]
    return hashlib.sha256("\n".join([str(_CUT), _common(), *recorded]).encode()).hexdigest()[:16]


def _make(folder: Path) -> None:
    """Make all files in a temporary folder, and rename it when it is complete."""
    work = Path(tempfile.mkdtemp(prefix=".faces-", dir=folder.parent))
    try:
        for name, face in _FACES.items():
            write_private(work / name, _cut(face))
        work.rename(folder)
    except OSError:
        if not folder.exists():  # otherwise another process was faster
            raise
    finally:
        rmtree(work, ignore_errors=True)


def _cut(face: FontFace) -> bytes:
    """Return the face as a font file with the common characters only. Each glyph keeps its number."""
    # Imported here: only making the cache needs them.
    import uharfbuzz  # noqa: PLC0415
    from fontTools.ttLib import TTFont  # noqa: PLC0415
    from fontTools.ttLib.tables._c_m_a_p import CmapSubtable  # noqa: PLC0415

    wanted = uharfbuzz.SubsetInput()
    wanted.keep_everything()
    wanted.flags |= uharfbuzz.SubsetFlags.RETAIN_GIDS
    for selection, values in ((wanted.unicode_set, map(ord, _common())), (wanted.glyph_set, ())):
        selection.clear()
        selection.update(values)
    whole = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(font_file(face.package)), face.number)
    subset = uharfbuzz.subset(whole, wanted)
    out = io.BytesIO()
    with TTFont(io.BytesIO(subset.blob.data), recalcBBoxes=False, recalcTimestamp=False) as font:
        # The engine misreads some characters in the shorter form of the map that HarfBuzz writes.
        characters = CmapSubtable.newSubtable(_FORMAT)
        characters.platformID, characters.platEncID, characters.language = _PLATFORM, _ENCODING, 0
        characters.cmap = font.getBestCmap()
        font["cmap"].tables = [characters]
        font.save(out, reorderTables=False)
    return out.getvalue()


@cache
def _others() -> re.Pattern[str]:
    """Return a pattern for characters that only the full faces may have. They have no private characters."""
    return re.compile(f"[^{re.escape(_common())}\x00-\x1f\ue000-\uf8ff]")


@cache
def _common() -> str:
    """Return the common characters in order."""
    # Each pair is on a line of its own, so that an unassigned one does not take a byte of the next.
    pairs = b"\n".join(bytes(pair) for pair in product(range(0x81, 0xFF), range(0x40, 0xFF)))
    of_standards = {character for standard in _STANDARDS for character in pairs.decode(standard, "ignore")}
    of_ranges = {chr(code) for first, last in _RANGES for code in range(first, last + 1)}
    return "".join(sorted(of_standards - {"\n"} | of_ranges))
