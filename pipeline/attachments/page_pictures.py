"""Small pictures of pages, in colour, as pdfium draws them, and their comparison."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from math import ceil
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image, ImageChops, ImageFilter
from pypdfium2 import raw

from pipeline.attachments.placement import POINTS_PER_INCH, Placement
from pipeline.formats.pdf.geometry import to_shown
from pipeline.formats.pdf.read_page import Box
from pipeline.packet.paper import PagePicture, PixelBox

#: On paper: a letter of 8 points is 5 pixels high.
PIXELS_PER_INCH = 40
#: Everything is drawn so much of a pixel further: a scan as large as its page would end between two pixels, where a
#: rounding error decides whether pdfium draws one pixel more.
_SHIFT = 0.37
#: A pixel may differ by so many of 256 levels of a colour from all pixels around it. A rounding error moves a letter
#: or a thin line by a whole pixel, and the pictures of a paper may be downsampled.
_TOLERANCE_OF_PIXEL = 64
#: The mean of so many pixels across and down may differ by this. A thin line on the next pixel changes it by less.
_PART, _TOLERANCE_OF_PART = 10, 16
#: The same for a picture whose pixels were scaled twice, or stored as JPEG of low quality.
_TOLERANCE_OF_SCALED_PART = 24
#: Pixels around a field that are not compared either.
_AROUND = 1
#: The part of a page that a field covers at most.
_LARGE_FIELD = 0.25
_WHITE = 0xFFFFFFFF


def draw_supplied(page: Any, place: Placement) -> PagePicture:
    """Return a picture of a page with its annotations, as small as it is printed at ``place``.

    What pdfium draws for a field can differ from its value, so fields are not compared: ``flatten.py`` has rules for
    them. A field that covers much of the page is compared like the rest of the page, if the document draws its fields.
    """
    scale = PIXELS_PER_INCH / POINTS_PER_INCH
    size = max(1, round(place.width * scale)), max(1, round(place.height * scale))
    width, height = page.get_size()
    whole = (0.0, 0.0, width, height)
    pixels = zlib.compress(_draw(page, whole, size).tobytes(), 1)
    hidden = tuple(_around(box, whole, size) for box in _fields(page))
    return PagePicture(pixels, size, place.box, hidden)


def looks_like(page: Any, picture: PagePicture, place: Box, added: Box | None = None) -> bool:
    """Return True if the part of a page at ``place`` looks like a picture.

    What is drawn in the box ``added`` does not count; the picture must be white there.
    """
    supplied = _image(picture)
    drawn = _draw(page, place, picture.size)
    for box in picture.hidden:
        supplied.paste("white", box)
        drawn.paste("white", box)
    if added is not None:
        drawn.paste("white", _inside(added, place, picture.size))
    if _largest(ImageChops.difference(supplied, drawn)) <= _TOLERANCE_OF_PART:
        return True
    if _differ_in_parts(supplied, drawn) > _TOLERANCE_OF_PART:
        return False
    return _largest(_excess(supplied, drawn)) <= _TOLERANCE_OF_PIXEL


def has_same_parts(page: Any, picture: PagePicture) -> bool:
    """Return True if each part of a page has the same mean colour as in a picture of it.

    Pixels are not compared, because those that were scaled before differ at the edges of letters.
    """
    return _differ_in_parts(_image(picture), _draw(page, picture.place, picture.size)) <= _TOLERANCE_OF_SCALED_PART


def _image(picture: PagePicture) -> Image.Image:
    return Image.frombytes("RGB", picture.size, zlib.decompress(picture.pixels))


def _differ_in_parts(one: Image.Image, other: Image.Image) -> int:
    return _largest(ImageChops.difference(_parts(one), _parts(other)))


def _around(box: Box, part: Box, size: tuple[int, int]) -> PixelBox:
    """Return where a box is in a picture of a part of the page, with some pixels around it."""
    left, upper, right, lower = (int(end) for end in _in_pixels(box, part, size))
    return left - _AROUND, upper - _AROUND, right + _AROUND + 1, lower + _AROUND + 1


def _inside(box: Box, part: Box, size: tuple[int, int]) -> PixelBox:
    """Return the pixels in a picture of a part of the page that are in a box as a whole."""
    left, upper, right, lower = (end + _SHIFT for end in _in_pixels(box, part, size))
    return ceil(left), ceil(upper), int(right), int(lower)


def _in_pixels(box: Box, part: Box, size: tuple[int, int]) -> Box:
    across, down = size[0] / (part[2] - part[0]), size[1] / (part[3] - part[1])
    left, upper = (box[0] - part[0]) * across, (part[3] - box[3]) * down
    return left, upper, (box[2] - part[0]) * across, (part[3] - box[1]) * down


def _draw(page: Any, part: Box, size: tuple[int, int]) -> Image.Image:
    """Return a picture of a part of the page. pdfium rounds in the same places as in a picture of another part."""
    (width, height), page_height = size, page.get_size()[1]
    across, down = width / (part[2] - part[0]), height / (part[3] - part[1])
    start = _SHIFT - part[0] * across, _SHIFT - (page_height - part[3]) * down
    # With an alpha channel, pdfium does not draw the letters of fields for the colours of a screen.
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, raw.FPDFBitmap_BGRA)
    raw.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, _WHITE)
    matrix, whole = raw.FS_MATRIX(across, 0, 0, down, *start), raw.FS_RECTF(0, 0, width, height)
    raw.FPDF_RenderPageBitmapWithMatrix(bitmap, page, matrix, whole, raw.FPDF_ANNOT)
    if page.formenv:
        raw.FPDF_FFLDraw(page.formenv, bitmap, page, 0, 0, width, height, 0, raw.FPDF_ANNOT)
    picture: Image.Image = bitmap.to_pil().convert("RGB")
    return picture


def _fields(page: Any) -> Iterator[Box]:
    """The boxes of the fields on a page as it is shown. Those that cover much of it are left out."""
    width, height = page.get_size()
    shown = to_shown(pikepdf.Rectangle(*page.get_cropbox()), page.get_rotation() // 90)
    place = raw.FS_RECTF()
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, number)
        is_field = raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_WIDGET
        if is_field and raw.FPDFAnnot_GetRect(annotation, place):
            box = shown.transform(pikepdf.Rectangle(place.left, place.bottom, place.right, place.top))
            if box.width * box.height < width * height * _LARGE_FIELD:
                yield box.llx, box.lly, box.urx, box.ury
        raw.FPDFPage_CloseAnnot(annotation)


def _excess(one: Image.Image, other: Image.Image) -> Image.Image:
    """Return by how much the pixels of a picture are outside of the pixels around them in the other one.

    Of nine pixels, the second largest counts: the noise of a scan stands out alone, and a stroke does not.
    """
    return ImageChops.lighter(_outside(one, other), _outside(other, one)).filter(ImageFilter.RankFilter(3, 7))


def _outside(one: Image.Image, other: Image.Image) -> Image.Image:
    lightest, darkest = other.filter(ImageFilter.MaxFilter(3)), other.filter(ImageFilter.MinFilter(3))
    return ImageChops.lighter(ImageChops.subtract(one, lightest), ImageChops.subtract(darkest, one))


def _parts(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    return picture.resize((max(1, width // _PART), max(1, height // _PART)), Image.Resampling.BOX)


def _largest(picture: Image.Image) -> int:
    return max(most for _, most in picture.getextrema())  # type: ignore[misc] # a pair for each colour
