"""Characters of a Word document that no shipped font can draw, for engines that draw boxes without a word."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from html import unescape

from pipeline.formats.fonts import undrawable

_TEXT = re.compile(rb"<w:t(?: [^>]*)?>([^<]*)</w:t>")
#: Spaces, controls and format characters are drawn as nothing.
_BLANK = ("Cc", "Cf", "Zl", "Zp", "Zs")


def undrawable_in(docx: bytes) -> str:
    """The characters of the document's text, headers and footers that the shipped fonts have no glyph for."""
    return "".join(c for c in undrawable(_text(docx)) if unicodedata.category(c) not in _BLANK)


def _text(docx: bytes) -> str:
    """All text; of what is no Word document, none: the engine says so itself."""
    try:
        with zipfile.ZipFile(io.BytesIO(docx)) as archive:
            parts = [archive.read(name) for name in archive.namelist() if re.fullmatch(r"word/[^/]*\.xml", name)]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        return ""
    return "".join(unescape(text.decode("utf-8", "replace")) for part in parts for text in _TEXT.findall(part))
