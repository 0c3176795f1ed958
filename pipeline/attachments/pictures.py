"""Pictures: each is placed on a portrait A4 page. Its data is not re-encoded if PDF knows the coding."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, NamedTuple

import img2pdf
import pikepdf
from PIL import Image

from pipeline.attachments.jpeg import has_coding_of_pdf, plain_jpeg
from pipeline.attachments.messages import Conversion, ReaderAnswer, Request
from pipeline.attachments.notes import Notes
from pipeline.attachments.picture_proof import PictureProof, size_of_proof
from pipeline.attachments.placement import POINTS_PER_INCH, Placement, add_page, centre, fill_page
from pipeline.attachments.plain_colours import ORIENTATION, SIDEWAYS, is_transparent, make_scalable, make_upright
from pipeline.attachments.png import plain_png
from pipeline.attachments.second_reader import draw_pages
from pipeline.attachments.unusable import unusable
from pipeline.formats.pdf.geometry import A4_POINTS
from pipeline.system.processes import raise_memory_limit

FINE_RULE = "FIL-05"
#: A picture may be this much finer than requested: the margins make a full-page scan a little finer.
_TOLERATED_EXCESS = 1.15
_QUALITY = 92
_MAX_PIXEL_RATIO = 4  # a plausible pixel is at most this much higher than wide, or wider than high
_POINTS_PER_MM = POINTS_PER_INCH / 25.4

#: For each orientation of Exif data, the matrix that turns the unit square upright.
_TURNS = {
    1: pikepdf.Matrix(1, 0, 0, 1, 0, 0),
    2: pikepdf.Matrix(-1, 0, 0, 1, 1, 0),
    3: pikepdf.Matrix(-1, 0, 0, -1, 1, 1),
    4: pikepdf.Matrix(1, 0, 0, -1, 0, 1),
    5: pikepdf.Matrix(0, -1, -1, 0, 1, 1),
    6: pikepdf.Matrix(0, -1, 1, 0, 0, 1),
    7: pikepdf.Matrix(0, 1, 1, 0, 0, 0),
    8: pikepdf.Matrix(0, 1, -1, 0, 1, 0),
}
#: The colour space in a profile for pixels of a mode; for other modes, it is grey.
_SPACES = {"RGB": b"RGB ", "P": b"RGB ", "CMYK": b"CMYK"}


class _Page(NamedTuple):
    """A picture in its coding, its orientation, and its place on the page; also what Pillow decodes."""

    data: bytes
    orientation: int
    placement: Placement
    decoded: Image.Image


def read_picture(request: Request) -> ReaderAnswer:
    """Convert each picture to an A4 page. Raises UnusableError, or any error of a library if the file is broken."""
    notes, proof = Notes(), PictureProof()
    with pikepdf.new() as pdf:
        for page in _pages(request, notes):
            matrix = _TURNS[page.orientation] @ page.placement.matrix()
            drawn = _wrap(page.data, pdf)
            add_page(pdf, drawn, matrix, A4_POINTS)
            proof.add(page.decoded, page.placement, drawn)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
        pictures = draw_pages(out.getvalue())
        proof.compare(pictures)
        return ReaderAnswer(out.getvalue(), len(pdf.pages), notes.all(), pictures=pictures)


def _pages(request: Request, notes: Notes) -> Iterator[_Page]:
    kind, limits = request.kind, request.limits
    with Image.open(io.BytesIO(request.content), formats=[kind.upper()]) as picture:
        count = getattr(picture, "n_frames", 1)
        if kind not in {"TIFF", "JPEG"} and count > 1:
            raise unusable("attachment-frames")
        if count > limits.pages:
            raise unusable("attachment-pages", count=count, limit=limits.pages)
        for frame in range(count if kind == "TIFF" else 1):
            picture.seek(frame)
            if picture.width * picture.height > limits.pixels:
                raise unusable("attachment-pixels", millions=limits.pixels // 1_000_000)
            if picture.width * picture.height > limits.large_pixels:
                raise_memory_limit()
            yield _page(picture, request, notes)


def _page(picture: Image.Image, request: Request, notes: Notes) -> _Page:
    """Return the page for a picture of the file."""
    kind, conversion = request.kind, request.conversion
    orientation = int(picture.getexif().get(ORIENTATION, 1))
    orientation = orientation if orientation in _TURNS else 1
    width, height = _shape(picture, kind, is_sideways=orientation in SIDEWAYS)
    placement = _place(width, height, conversion)
    is_small = size_of_proof(picture.size, placement) == picture.size  # the losses of JPEG would be seen
    finest = max(1, round(placement.width / POINTS_PER_INCH * conversion.dpi))
    if width > finest * _TOLERATED_EXCESS:
        if conversion.jpeg_quality is None:
            notes.add(FINE_RULE)
        data, orientation = _downsample(picture, kind, finest / width, conversion.jpeg_quality), 1
    elif conversion.jpeg_quality is not None and not is_small:
        data, orientation = _downsample(picture, kind, 1.0, conversion.jpeg_quality), 1
    elif kind == "JPEG" and has_coding_of_pdf(request.content):
        picture.draft(picture.mode, size_of_proof(picture.size, placement))  # decode only as much as the proof needs
        picture.load()
        data = plain_jpeg(request.content)
    else:
        data, orientation = _keep(picture, request, orientation, is_small=is_small)
    return _Page(data, orientation, placement, picture)


def _shape(picture: Image.Image, kind: str, *, is_sideways: bool) -> tuple[int, float]:
    """Return the width in pixels of the upright picture, and its height in the same unit.

    Pillow reports the size of a TIFF after applying its orientation. The pixels of a fax are twice as high as wide.
    """
    if kind != "TIFF":
        width, height = picture.size[:: -1 if is_sideways else 1]
        return width, height
    across, down = (float(pixels) for pixels in picture.info.get("dpi", (1, 1))[:: -1 if is_sideways else 1])
    is_plausible = across > 0 and down > 0 and 1 / _MAX_PIXEL_RATIO <= across / down <= _MAX_PIXEL_RATIO
    return picture.width, picture.height * (across / down if is_plausible else 1.0)


def _place(width: float, height: float, conversion: Conversion) -> Placement:
    if conversion.print_size_mm is None:
        return fill_page(width, height, A4_POINTS)
    wide, high = (length * _POINTS_PER_MM for length in conversion.print_size_mm)
    scale = min(wide / width, high / height)
    return centre(width * scale, height * scale, A4_POINTS)


def _keep(picture: Image.Image, request: Request, orientation: int, *, is_small: bool) -> tuple[bytes, int]:
    """Return data with every pixel unchanged, and the orientation that it still needs."""
    picture.load()
    if request.kind == "PNG" and not is_transparent(picture):
        return plain_png(request.content), orientation
    is_lossy = _is_lossy(picture, request.content, request.kind) and not is_small
    return _encode(make_upright(picture), _QUALITY if is_lossy else None), 1


def _is_lossy(picture: Image.Image, content: bytes, kind: str) -> bool:
    """Return True if the pixels were stored with losses: JPEG of high quality then loses nothing more."""
    if kind == "WebP":
        return b"VP8L" not in content
    return kind == "JPEG" or picture.info.get("compression") in {"jpeg", "tiff_jpeg"}


def _downsample(picture: Image.Image, kind: str, scale: float, quality: int | None) -> bytes:
    """Return the upright picture with fewer pixels, as JPEG if it was one or if a quality is given."""
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    if kind == "JPEG":
        picture.draft(picture.mode, size)
    picture.load()
    if scale < 1:
        smaller = make_scalable(picture).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        smaller.info, exif = dict(picture.info), picture.getexif()
        smaller.getexif()[ORIENTATION] = exif.get(ORIENTATION, 1)
        picture = smaller
    return _encode(make_upright(picture), quality or (_QUALITY if kind == "JPEG" else None))


def _encode(picture: Image.Image, quality: int | None) -> bytes:
    """Return the picture in a coding that PDF knows, without Exif data: JPEG if a quality is given, else lossless."""
    out = io.BytesIO()
    plain = picture
    if quality is not None and picture.mode not in {"L", "RGB", "CMYK"}:
        plain = picture.convert("RGB")
    profile = _profile(picture, plain.mode)
    if quality is not None:
        plain.save(out, "JPEG", quality=quality, subsampling=0 if quality >= _QUALITY else 2, icc_profile=profile)
    elif picture.mode == "CMYK":
        picture.save(out, "TIFF", exif=Image.Exif())
    else:
        picture.save(out, "PNG", icc_profile=profile, exif=b"")
    return out.getvalue()


def _profile(picture: Image.Image, mode: str) -> bytes | None:
    """Return the colour profile of the picture if it suits pixels of that mode."""
    profile: bytes | None = picture.info.get("icc_profile")
    return profile if profile and profile[16:20] == _SPACES.get(mode, b"GRAY") else None


def _wrap(data: bytes, pdf: pikepdf.Pdf) -> Any:
    """Return the picture as an object of ``pdf``."""
    wrapped = img2pdf.convert(
        data, rotation=img2pdf.Rotation.none, nodate=True, producer="", engine=img2pdf.Engine.internal
    )
    with pikepdf.open(io.BytesIO(wrapped)) as converted:
        objects: Any = converted.pages[0].obj.Resources.XObject
        (found,) = (objects[name] for name in objects.keys())  # noqa: SIM118 - not a dict
        drawn: Any = pdf.copy_foreign(found)
    with Image.open(io.BytesIO(data)) as picture:
        if picture.format in {"JPEG", "MPO"} and picture.mode == "CMYK":
            drawn.Decode = pikepdf.Array([1, 0] * 4)  # like Pillow, whether a segment of Adobe says so or not
    return drawn
