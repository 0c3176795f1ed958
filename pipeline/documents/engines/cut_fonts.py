"""The faces that documents are set in, cut out of the font packages for the default engine and kept in a cache.

At each conversion the engine lists every character of every face it is given: of the packages' eleven faces half a
million, which takes longer than the page. Documents are set in three of these faces, and nearly always with the
characters of the national standards. So these three are kept as files of their own whose character map (``cmap``) has
these characters only, and without the glyphs that no common character needs. Glyphs, their numbers and metrics are
the packages' own, and so a page is the same.

A character is in all of the cut faces or in none of them. A document with another one is for the packages themselves.
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

#: Counts the ways in which the faces were cut, so that a cache of an older version is left alone.
_CUT = 2
#: Name of the cut file and the face in it.
_FACES = {f"{face.name}.otf": face for face in (JAPANESE, CHINESE, JAPANESE_BOLD)}
#: JIS X 0208 with the signs that Windows adds, GB 2312: what the standards of both countries have.
_STANDARDS = ("cp932", "gb2312")
#: Latin letters with marks, punctuation, arrows, mathematical signs, shapes.
_RANGES = ((0x20, 0x17F), (0x2010, 0x206F), (0x2190, 0x22FF), (0x25A0, 0x26FF))
#: Parts of a Word file of which nothing is drawn; they name fonts of many scripts.
_UNDRAWN = ("customXml/", "docProps/", "word/fontTable.xml", "word/theme/")
_PLATFORM, _ENCODING, _FORMAT = 3, 10, 12  # Windows, full Unicode, segmented coverage


def has_common_characters(docx: bytes) -> bool:
    """Whether the cut faces draw all characters of the document that the packages draw."""
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
    """Folder with the cut faces, made when it is first asked for on this machine; None where it cannot be kept."""
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
    """Changes with the font files, whose hashes the packages record, and with what is cut out of them."""
    recorded = [
        str(file.hash)
        for package in FONT_PACKAGES
        for file in distribution(package).files or ()
        if file.name == font_file(package).name
    ]
    return hashlib.sha256("\n".join([str(_CUT), _common(), *recorded]).encode()).hexdigest()[:16]


def _make(folder: Path) -> None:
    """Make all files in a folder of their own; the last step shows it under its name, so it is never seen half."""
    work = Path(tempfile.mkdtemp(prefix=".faces-", dir=folder.parent))
    try:
        for name, face in _FACES.items():
            write_private(work / name, _cut(face))
        work.rename(folder)
    except OSError:
        if not folder.exists():  # else another process was quicker
            raise
    finally:
        rmtree(work, ignore_errors=True)


def _cut(face: FontFace) -> bytes:
    """Return the face as a font file, with the common characters alone; each glyph keeps its number."""
    # Imported here: only who makes the cache needs them.
    import uharfbuzz  # noqa: PLC0415
    from fontTools.ttLib import TTFont  # noqa: PLC0415
    from fontTools.ttLib.tables._c_m_a_p import CmapSubtable  # noqa: PLC0415

    wanted = uharfbuzz.SubsetInput()
    wanted.keep_everything()
    wanted.flags |= uharfbuzz.SubsetFlags.RETAIN_GIDS
    for kept, values in ((wanted.unicode_set, map(ord, _common())), (wanted.glyph_set, ())):
        kept.clear()
        kept.update(values)
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
    """Finds a character that the cut faces lack and the whole ones may have. Of private ones they have none."""
    return re.compile(f"[^{re.escape(_common())}\x00-\x1f\ue000-\uf8ff]")


@cache
def _common() -> str:
    """The common characters in order."""
    # Each pair on a line, so that one which stands for nothing does not take a byte of the next.
    pairs = b"\n".join(bytes(pair) for pair in product(range(0x81, 0xFF), range(0x40, 0xFF)))
    of_standards = {character for standard in _STANDARDS for character in pairs.decode(standard, "ignore")}
    of_ranges = {chr(code) for first, last in _RANGES for code in range(first, last + 1)}
    return "".join(sorted(of_standards - {"\n"} | of_ranges))
