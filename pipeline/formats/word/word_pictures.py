"""The pictures in a Word file: none that loads other files, none too large to be drawn."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping

from pipeline.errors import Problem
from pipeline.formats.word.refusals import refused

#: A whole page of A4 at 600 dots an inch has 35 million; each takes up to 4 bytes while it is drawn.
MAX_PIXELS = 50_000_000


def forbidden_pictures(parts: Mapping[str, bytes]) -> Iterator[Problem]:
    """Pictures for which a file is refused."""
    for name, content in parts.items():
        if name.lower().endswith((".xml", ".rels")):
            continue
        # To an engine the content decides, not the name.
        if name.lower().endswith((".svg", ".svgz")) or b"<svg" in content[:2000].lower():
            yield refused("template-embedded", "the file has an SVG picture, which can load other files", name)
        elif _pixels(content) > MAX_PIXELS:
            yield refused("template-picture", f"this picture has more than {MAX_PIXELS:,} dots", name)


def _pixels(picture: bytes) -> int:
    """How many dots a picture says that it has, without drawing it; 0 when it is of no known kind."""
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
