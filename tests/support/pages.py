"""Pages as pictures: drawing them, how like two of them are, and keeping what differs for a person to look at."""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Sequence
from math import ceil, floor
from pathlib import Path
from typing import Any, NamedTuple

import pypdfium2
from PIL import Image, ImageChops, ImageFilter, ImageMath
from pypdfium2 import raw

#: Kept until the next run, ignored by git.
FAILURES = Path(__file__).parents[1] / "failures"
POINTS_PER_INCH = 72
_DPI = 50
_INK_DPI = 150
#: Greys by which a dot must differ to count as ink.
_FAINT = 24
_BLUR = 2.0  # pixels: the two engines set a line up to two points higher or lower
_WINDOW = 8
_TILES = (6, 8)
_TWELFTHS = (3, 4)
#: The constants of structural similarity for pictures of 256 greys (Wang et al. 2004).
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def pictures(pdf: bytes, dpi: float = _DPI) -> list[Image.Image]:
    """Each page as a picture."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / POINTS_PER_INCH).to_pil().convert("RGB") for page in document]
    finally:
        document.close()


def lines(pdf: bytes) -> str:
    """The text of each page, line by line, below a line with the page's number."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        texts = [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
    return "".join(f"--- page {number}\n{_trimmed(text)}\n" for number, text in enumerate(texts, start=1))


class Place(NamedTuple):
    """A character and its origin on a page, in points from the upper left corner."""

    character: str
    page: int
    x: float
    y: float


def places(pdf: bytes) -> list[Place]:
    """Every character in reading order, without blank ones."""
    found = []
    for number, page in enumerate(pypdfium2.PdfDocument(pdf), start=1):
        text, height = page.get_textpage(), page.get_height()
        x, y = ctypes.c_double(), ctypes.c_double()
        for place in range(raw.FPDFText_CountChars(text)):
            character = chr(raw.FPDFText_GetUnicode(text, place))
            if character.isprintable() and not character.isspace():
                raw.FPDFText_GetCharOrigin(text, place, x, y)
                found.append(Place(character, number, x.value, height - y.value))
    return found


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()


def similarity(one: Image.Image, other: Image.Image) -> tuple[float, float]:
    """Structural similarity of two pictures: of the whole, and of the tile where they differ most. 1 is the same."""
    map_ = _map(*(_grey(picture, one.size) for picture in (one, other)))
    whole = map_.resize((1, 1), Image.Resampling.BOX)
    tiles = map_.resize(_TILES, Image.Resampling.BOX)
    return _values(whole)[0], min(_values(tiles))


def ink(one: Image.Image, other: Image.Image) -> float:
    """By how many of 256 greys the means of two pictures differ, in the twelfth of the page where they differ most.

    What is a little higher or lower changes little; what is missing, and shading that is missing, changes much.
    """
    means = [
        _values(picture.resize(one.size).convert("L").convert("F").resize(_TWELFTHS, Image.Resampling.BOX))
        for picture in (one, other)
    ]
    differences: list[float] = [abs(first - second) for first, second in zip(*means, strict=True)]
    return max(differences)


def inked(pdf: bytes, empty: bytes) -> str:
    """The text of a PDF as far as it is seen: characters in whose box something is that the empty page has not.

    Characters that are blank by their nature, such as spaces, are kept.
    """
    [blank, *_] = pictures(empty, _INK_DPI)
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(_inked(page, blank) for page in document)
    finally:
        document.close()


def _inked(page: Any, blank: Image.Image) -> str:
    picture = page.render(scale=_INK_DPI / POINTS_PER_INCH).to_pil().convert("RGB")
    drawn = ImageChops.difference(picture, blank).convert("L").point([0] * _FAINT + [255] * (256 - _FAINT))
    text = page.get_textpage()
    units = [pypdfium2.raw.FPDFText_GetUnicode(text, number) for number in range(text.count_chars())]
    seen = [
        unit
        for number, unit in enumerate(units)
        if _is_blank(unit) or drawn.crop(_dots(text.get_charbox(number), page.get_size(), drawn)).getbbox()
    ]
    text_seen = b"".join(unit.to_bytes(2, "little") for unit in seen).decode("utf-16-le", "replace")
    return text_seen.replace("\x02", "-")  # pdfium's character for a hyphen at the end of a line


def _is_blank(unit: int) -> bool:
    return unicodedata.category(chr(unit)) in {"Zs", "Cc", "Cf", "Mn"}


def _dots(
    box: tuple[float, float, float, float], size: tuple[float, float], picture: Image.Image
) -> tuple[int, int, int, int]:
    """Where a box of the page (left, bottom, right, top) is in its picture, with a dot around it for rounding."""
    left, bottom, right, top = box
    across, down = picture.width / size[0], picture.height / size[1]
    upper, lower = (size[1] - top) * down, (size[1] - bottom) * down
    return floor(left * across) - 1, floor(upper) - 1, ceil(right * across) + 1, ceil(lower) + 1


def _grey(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    fitted = picture if picture.size == size else picture.resize(size)
    return fitted.convert("L").filter(ImageFilter.GaussianBlur(_BLUR)).convert("F")


def _map(x: Image.Image, y: Image.Image) -> Image.Image:
    """Structural similarity in each window."""
    mean_x, mean_y, xx, yy, xy = (
        _times(a, b).reduce(_WINDOW) if b else a.reduce(_WINDOW)
        for a, b in ((x, None), (y, None), (x, x), (y, y), (x, y))
    )

    def formula(p: dict[str, Any]) -> Any:
        product, squares = p["x"] * p["y"], p["x"] * p["x"] + p["y"] * p["y"]
        covariance, variances = p["xy"] - product, p["xx"] + p["yy"] - squares
        return (2 * product + _C1) * (2 * covariance + _C2) / ((squares + _C1) * (variances + _C2))

    found: Image.Image = ImageMath.lambda_eval(formula, x=mean_x, y=mean_y, xx=xx, yy=yy, xy=xy)
    return found


def _times(x: Image.Image, y: Image.Image) -> Image.Image:
    product: Image.Image = ImageMath.lambda_eval(lambda p: p["x"] * p["y"], x=x, y=y)
    return product


def _values(picture: Image.Image) -> list[float]:
    width, height = picture.size
    return [float(str(picture.getpixel((x, y)))) for y in range(height) for x in range(width)]


def keep(name: str, one: Image.Image, other: Image.Image) -> Path:
    """Both pictures and, third, what one has (cyan) and the other has (red); returns where they lie."""
    second = other.resize(one.size)
    red, rest = one.convert("L"), second.convert("L")
    row: Sequence[Image.Image] = (one, second, Image.merge("RGB", (red, rest, rest)))
    sheet = Image.new("RGB", (one.width * len(row), one.height))
    for place, picture in enumerate(row):
        sheet.paste(picture, (place * one.width, 0))
    FAILURES.mkdir(exist_ok=True)
    path = FAILURES / f"{name}.png"
    sheet.save(path)
    return path
