"""Downsamples the pictures inside a PDF, so that a bundle is small enough to be uploaded or mailed."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
from PIL import Image

from pipeline.attachments.placement import POINTS_PER_INCH
from pipeline.formats.pdf.geometry import A4_POINTS

#: A picture is replaced only if its new data has at most this share of the old size.
_WORTH_IT = 0.9
_SMALLEST_BYTES = 20_000


def downsample_pictures(pdf: pikepdf.Pdf, dpi: int, quality: int) -> None:
    """Store the pictures of ``pdf`` with at most ``dpi`` dots per inch of a whole page, as JPEG of that quality.

    A picture that fills only a part of its page keeps more dots per inch than that. A picture in black and white is
    already small and stays unchanged.
    """
    longest = round(max(A4_POINTS) / POINTS_PER_INCH * dpi)
    for each in pdf.objects:
        if isinstance(each, pikepdf.Stream) and _is_suitable(each):
            _store(each, longest, quality)


def _is_suitable(stream: Any) -> bool:
    """Return True for a picture in greys or colours without a mask."""
    return (
        stream.get("/Subtype") == pikepdf.Name.Image
        and int(stream.get("/BitsPerComponent", 1)) == 8  # noqa: PLR2004 - greys or colours
        and not bool(stream.get("/ImageMask", False))
        and "/Mask" not in stream
        and "/Decode" not in stream
        and len(stream.read_raw_bytes()) > _SMALLEST_BYTES
    )


def _store(stream: Any, longest: int, quality: int) -> None:
    picture = pikepdf.PdfImage(stream).as_pil_image()
    if picture.mode not in {"L", "RGB", "P"}:
        return
    plain = picture.convert("RGB") if picture.mode == "P" else picture
    scale = min(1.0, longest / max(plain.size))
    size = (max(1, round(plain.width * scale)), max(1, round(plain.height * scale)))
    smaller = plain if scale == 1 else plain.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    out = io.BytesIO()
    smaller.save(out, "JPEG", quality=quality, optimize=True)
    if out.tell() > len(stream.read_raw_bytes()) * _WORTH_IT:
        return
    stream.write(out.getvalue(), filter=pikepdf.Name.DCTDecode)
    stream.Width, stream.Height = smaller.size
    if picture.mode == "P":
        stream.ColorSpace = pikepdf.Name.DeviceRGB
