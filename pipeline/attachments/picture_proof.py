"""A second reader for supplied pictures: pdfium must draw what Pillow decodes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image

from pipeline.attachments.page_pictures import PIXELS_PER_INCH, has_same_parts
from pipeline.attachments.placement import POINTS_PER_INCH, Placement, add_page
from pipeline.attachments.plain_colours import ORIENTATION, make_scalable, make_upright
from pipeline.attachments.unusable import unusable
from pipeline.formats.pdf.geometry import A4_POINTS
from pipeline.packet.paper import PagePicture

#: The pixels of a proof are so many times finer than those of a picture of its page.
_FINER = 2
_COLOURS = {"L": 1, "RGB": 3, "CMYK": 4}
_SPACES = {"L": pikepdf.Name.DeviceGray, "RGB": pikepdf.Name.DeviceRGB, "CMYK": pikepdf.Name.DeviceCMYK}


class PictureProof:
    """Pages with the pixels that Pillow decodes, small and without a coding."""

    def __init__(self) -> None:
        self._pdf = pikepdf.new()

    def add(self, picture: Image.Image, place: Placement, drawn: Any) -> None:
        """Add a page for a decoded picture. ``drawn`` is the object that shows it in the other PDF."""
        size = size_of_proof(picture.size, place)
        small = make_scalable(picture).resize(size, Image.Resampling.BOX, reducing_gap=2.0)
        small.info = dict(picture.info)
        small.getexif()[ORIENTATION] = picture.getexif().get(ORIENTATION, 1)
        shown = _as_bytes(make_upright(small))
        reference = self._pdf.make_stream(
            shown.tobytes(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, BitsPerComponent=8
        )
        reference.Width, reference.Height = shown.size
        reference.ColorSpace = self._space(drawn.get("/ColorSpace"), shown.mode)
        add_page(self._pdf, reference, place.matrix(), A4_POINTS)

    def _space(self, drawn: Any, mode: str) -> Any:
        """Return the colour space of what is drawn if it suits that mode: profiles are not compared."""
        if isinstance(drawn, pikepdf.Array) and drawn[0] == pikepdf.Name.Indexed:
            return self._space(drawn[1], mode)
        if isinstance(drawn, pikepdf.Array) and drawn[0] == pikepdf.Name.ICCBased and _COLOURS[mode] == drawn[1].N:
            return pikepdf.Array([drawn[0], self._pdf.copy_foreign(drawn[1])])
        return _SPACES[mode]

    def compare(self, pictures: Sequence[PagePicture]) -> None:
        """Raise UnusableError if pages do not look like these pictures of them."""
        out = io.BytesIO()
        self._pdf.save(out, compress_streams=False)
        document = pypdfium2.PdfDocument(out.getvalue())
        try:
            for number, picture in enumerate(pictures):
                page = document[number]
                if not has_same_parts(page, picture):
                    raise unusable("attachment-disagreement/picture", number=number + 1)
                page.close()
        finally:
            document.close()


def size_of_proof(size: tuple[int, int], place: Placement) -> tuple[int, int]:
    """Return the size in pixels that a proof of a picture of that size needs."""
    longest = max(place.width, place.height) / POINTS_PER_INCH * PIXELS_PER_INCH * _FINER
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _as_bytes(picture: Image.Image) -> Image.Image:
    if picture.mode == "I;16":
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    return picture if picture.mode in _SPACES else picture.convert("RGB" if picture.mode == "P" else "L")
