"""Pictures that a Word file may not have: those that load other files, and those that are too large to draw."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping

from pipeline.errors import Problem
from pipeline.formats.word.rejections import rejection

#: A whole page of A4 at 600 dots an inch has 35 million; each takes up to 4 bytes while it is drawn.
MAX_PIXELS = 50_000_000


def forbidden_pictures(parts: Mapping[str, bytes]) -> Iterator[Problem]:
    """Yield a problem for each picture for which the file is rejected."""
    for name, content in parts.items():
        if name.lower().endswith((".xml", ".rels")):
            continue
        # Engines decide by the content, not by the name.
        if name.lower().endswith((".svg", ".svgz")) or b"<svg" in content[:2000].lower():
            yield rejection("template-embedded", "the file has an SVG picture, which can load other files", name)
        elif _pixels(content) > MAX_PIXELS:
            yield rejection("template-picture", f"this picture has more than {MAX_PIXELS:,} pixels", name)


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
