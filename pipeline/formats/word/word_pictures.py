"""Pictures that a Word file may not have: those that load other files, and those that are too large to draw."""

from __future__ import annotations

import io
import posixpath
import re
import warnings
from collections.abc import Iterator, Mapping

from lxml import etree

from pipeline.errors import Problem
from pipeline.formats.word.rejections import rejection

#: A whole page of A4 at 600 dots an inch has 35 million; each takes up to 4 bytes while it is drawn.
MAX_PIXELS = 50_000_000
#: First bytes of PNG, JPEG, GIF and TIFF.
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")
_SUFFIXES = (".svg", ".svgz")
_SVG = re.compile(rb"<([a-z0-9._-]+:)?svg\b")
_GZIP = b"\x1f\x8b"
#: Bytes in which anything but XML is searched for an SVG picture.
_BEGINNING = 2000


def forbidden_pictures(parts: Mapping[str, bytes], xml: Mapping[str, etree._Element]) -> Iterator[Problem]:
    """Yield a problem for each picture for which the file is rejected.

    Engines decide by the content, Word by the kind that is declared for a part or for a suffix.
    """
    kinds = {
        (element.get("PartName") or "." + (element.get("Extension") or "")).lower(): element.get("ContentType") or ""
        for element in xml.get("[Content_Types].xml", ())
    }
    for name, content in parts.items():
        if name.lower().endswith((".xml", ".rels")):
            continue
        suffix = posixpath.splitext(name.lower())[1]
        is_declared = suffix in _SUFFIXES or "svg" in kinds.get(f"/{name.lower()}", kinds.get(suffix, "")).lower()
        if _is_svg(content) or (is_declared and content.startswith(_GZIP)):
            yield rejection("template-embedded", "the file has an SVG picture, which can load other files", name)
        elif is_declared and not content.startswith(_PICTURES):
            message = "this part is said to be an SVG picture, but it is none"
            yield rejection("template-embedded", message, name)
        elif _pixels(content) > MAX_PIXELS:
            yield rejection("template-picture", f"this picture has more than {MAX_PIXELS:,} pixels", name)


def _is_svg(content: bytes) -> bool:
    text = content.replace(b"\0", b"").lower()  # without NUL, the letters of UTF-16 are those of ASCII
    is_xml = text.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")
    return bool(_SVG.search(text if is_xml else text[:_BEGINNING]))


def _pixels(picture: bytes) -> int:
    """Return the number of pixels that a picture claims to have, or 0 if its kind is unknown."""
    # Imported here: few templates have a picture.
    from PIL import Image  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(picture)) as image:
                return image.width * image.height
    except Image.DecompressionBombError:
        return MAX_PIXELS + 1
    except (OSError, ValueError, SyntaxError):
        return 0
