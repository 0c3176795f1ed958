"""Copies of papers as scanners, telephones and messengers make them; and the skip of tests that read such copies."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageEnhance, ImageFilter

needs_reader = pytest.mark.skipif(find_spec("rapidocr") is None, reason="needs rapidocr (extra read)")
#: An A4 page of 210 mm, and a passport page of 125 mm, in pixels at 150 dots per inch.
_WIDTHS = {"page": 1240, "passport": 738}

_DOTS = 150

Change = Callable[[Image.Image], Image.Image]


def _noise(picture: Image.Image, part: float) -> Image.Image:
    return Image.blend(picture, Image.effect_noise(picture.size, 90).convert("RGB"), part)


def _grey(picture: Image.Image) -> Image.Image:
    return picture.convert("L").convert("RGB")


def _turned(degrees: float) -> Change:
    return lambda picture: picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="#e8e8e4")


def _resized(factor: float) -> Change:
    def resize(picture: Image.Image) -> Image.Image:
        return picture.resize((round(picture.width * factor), round(picture.height * factor)), Image.Resampling.LANCZOS)

    return resize


def _cropped(part: float) -> Change:
    """Cut off the margins."""

    def crop(picture: Image.Image) -> Image.Image:
        across, down = round(picture.width * part), round(picture.height * part)
        return picture.crop((across, down, picture.width - across, picture.height - down))

    return crop


def _sent(quality: int) -> Change:
    """Store as JPEG of that quality."""

    def send(picture: Image.Image) -> Image.Image:
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality)
        return Image.open(out)

    return send


def _pale(factor: float) -> Change:
    return lambda picture: ImageEnhance.Contrast(picture).enhance(factor)


def _shaded(picture: Image.Image) -> Image.Image:
    """Darken it towards one side, as under a lamp."""
    shade = Image.linear_gradient("L").resize(picture.size).point(lambda value: 120 + value // 2)
    return Image.composite(picture, Image.new("RGB", picture.size), shade)


def _on_a_sheet(picture: Image.Image) -> Image.Image:
    """Put it on a sheet that is larger on all sides, as a flatbed scanner shows it."""
    sheet = Image.new("RGB", (picture.width * 8 // 5, picture.height * 11 // 5), "#fdfdfb")
    sheet.paste(picture, (picture.width // 3, picture.height // 3))
    return sheet


def _blurred(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(1.2))


#: Name -> the changes, one after the other, of a picture with 150 dots per inch.
DISTORTIONS: Mapping[str, tuple[Change, ...]] = {
    "as it is": (),
    "100 dpi": (_resized(2 / 3),),
    "200 dpi": (_resized(4 / 3),),
    "noise": (lambda picture: _noise(picture, 0.12),),
    "much noise": (lambda picture: _noise(picture, 0.25),),
    "turned by 2 degrees": (_turned(2),),
    "turned by -2 degrees": (_turned(-2),),
    "turned by 90 degrees": (_turned(90),),
    "turned by 180 degrees": (_turned(180),),
    "turned by 270 degrees": (_turned(270),),
    "JPEG 40": (_sent(40),),
    "JPEG 15": (_sent(15),),
    "cropped edges": (_cropped(0.02),),
    "grey": (_grey,),
    "low contrast": (_pale(0.35),),
    "grey and pale": (_grey, _pale(0.45)),
    "under a lamp": (_shaded,),
    "on a sheet": (_on_a_sheet,),
    "blurred": (_blurred,),
    "fax": (_grey, lambda picture: picture.convert("1").convert("RGB")),
    "100 dpi, JPEG 40, grey": (_resized(2 / 3), _grey, _sent(40)),
    "turned by 88 degrees, noise, JPEG 40": (_turned(88), lambda picture: _noise(picture, 0.1), _sent(40)),
    "turned by 3 degrees, pale, 200 dpi": (_turned(3), _pale(0.5), _resized(4 / 3)),
    "cropped, noise, JPEG 40": (_cropped(0.02), lambda picture: _noise(picture, 0.12), _sent(40)),
}


def distorted(picture: Image.Image, name: str) -> bytes:
    """Return such a copy of a page or of a passport page (which is wider than high), as JPEG."""
    width = _WIDTHS["passport" if picture.width > picture.height else "page"]
    copy = _resized(width / picture.width)(picture.convert("RGB"))
    for change in DISTORTIONS[name]:
        copy = change(copy)
    out = io.BytesIO()
    copy.save(out, "JPEG", quality=90)
    return out.getvalue()


def scan_of(document: Path) -> bytes:
    """A document as it comes back from a scanner: pictures of its pages."""
    pages = [page.render(scale=_DOTS / 72).to_pil().convert("L") for page in pypdfium2.PdfDocument(document)]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=_DOTS)
    return out.getvalue()
