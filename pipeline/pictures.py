"""Pictures: a JPEG or PNG becomes an upright A4 page."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from typing import cast

import img2pdf
from PIL import Image, ImageOps

from pipeline.errors import UnusableError

MAX_PIXELS = 60_000_000

#: Tag of the orientation in a picture's Exif data, and its values that a PDF page cannot undo by turning.
_ORIENTATION = 0x0112
_MIRRORED = (2, 4, 5, 7)
_ON_ITS_SIDE = (6, 8)

_A4 = (img2pdf.mm_to_pt(210), img2pdf.mm_to_pt(297))
_MARGIN = img2pdf.mm_to_pt(10)


def picture_page(content: bytes, print_size: tuple[float, float] | None) -> tuple[bytes, int]:
    """One A4 page with the picture. JPEG and PNG data is wrapped as it is, not encoded again."""
    try:
        flat = _opaque(content)
        pdf = img2pdf.convert(
            flat,
            layout_fun=_layout(print_size, lies_on_its_side=_orientation(flat) in _ON_ITS_SIDE),
            rotation=img2pdf.Rotation.ifvalid,
            nodate=True,
            producer="",
            engine=img2pdf.Engine.internal,
        )
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except (OSError, SyntaxError, ValueError, img2pdf.ImageOpenError) as error:
        message = f"the picture is damaged ({type(error).__name__})"
        raise UnusableError("attachment-damaged", message, "export or scan the picture again") from None
    return pdf, 1


def _opaque(content: bytes) -> bytes:
    """The picture itself; on white where it is transparent, and turned over where a camera mirrored it."""
    with warnings.catch_warnings():
        # Pillow's own limit is higher, and it would print a line of its source.
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        opened = Image.open(io.BytesIO(content), formats=("JPEG", "PNG"))
    with opened as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise _too_many_pixels()
        picture.load()
        if "A" in picture.getbands() or "transparency" in picture.info:
            return _as_png(_on_white(ImageOps.exif_transpose(picture)), picture)
        if _orientation(content) in _MIRRORED:
            return _as_png(ImageOps.exif_transpose(picture), picture)
        return content


def _orientation(content: bytes) -> int:
    """How the picture has to be turned, by its Exif data; 1 is upright."""
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
        return int(picture.getexif().get(_ORIENTATION, 1))


def _on_white(picture: Image.Image) -> Image.Image:
    coloured = picture.convert("RGBA")
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(coloured, mask=coloured.getchannel("A"))
    return paper


def _as_png(picture: Image.Image, original: Image.Image) -> bytes:
    """Lossless bytes of a picture that cannot be wrapped as it is."""
    out = io.BytesIO()
    plain = Image.frombytes(picture.mode, picture.size, picture.tobytes())  # without Exif data
    shown = plain if plain.mode in {"1", "L", "RGB"} else plain.convert("RGB")
    shown.save(out, "PNG", dpi=original.info.get("dpi", (300, 300)))
    return out.getvalue()


def _too_many_pixels() -> UnusableError:
    message = f"the picture has more than {MAX_PIXELS // 1_000_000} million pixels"
    return UnusableError("attachment-pixels", message, "scan it at 300 dpi")


Layout = Callable[..., tuple[float, float, float, float]]


def _layout(print_size: tuple[float, float] | None, *, lies_on_its_side: bool) -> Layout:
    """Where on the A4 page the picture stands: in its print size, or as large as the margins allow.

    A picture that lies on its side is turned with its page, so that page is laid out on its side too.
    """
    turn = -1 if lies_on_its_side else 1
    if print_size is None:
        return cast("Layout", img2pdf.get_layout_fun(_A4[::turn], None, (_MARGIN, _MARGIN), img2pdf.FitMode.into))
    exact = tuple((img2pdf.ImgSize.abs, img2pdf.mm_to_pt(length)) for length in print_size[::turn])
    return cast("Layout", img2pdf.get_layout_fun(_A4[::turn], exact, None, img2pdf.FitMode.into))
