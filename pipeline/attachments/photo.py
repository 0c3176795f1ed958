"""Judges the applicant's photo as a picture: its shape, its pixels, its sharpness, and that it shows something."""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image, ImageFilter, ImageStat

from pipeline.attachments.plain_colours import ORIENTATION, SIDEWAYS, make_scalable
from pipeline.packet.paper import Note
from pipeline.resources import read_data

UNUSABLE_RULE, DOUBTFUL_RULE = "PHO-01", "PHO-02"
#: The picture is judged at this width, so that the noise of a large one does not count as sharpness.
_JUDGED_WIDTH = 300


def judge_photo(content: bytes, size_mm: tuple[float, float] | None) -> Iterator[Note]:
    """Yield what is wrong with a picture that is printed as a photo of ``size_mm``."""
    limits = read_data("photo")
    with Image.open(io.BytesIO(content)) as picture:
        width, height = _upright_size(picture)
        grey = make_scalable(picture).convert("L")
        small = grey.resize((_JUDGED_WIDTH, max(1, round(_JUDGED_WIDTH * picture.height / picture.width))))
    wanted = size_mm[0] / size_mm[1] if size_mm else 1.0
    unusable = [
        *(["wide"] if width / height > limits["most_width"] * max(1.0, wanted) else []),
        *(["few_pixels"] if min(width, height) < limits["least_pixels"] else []),
        *(["one_colour"] if ImageStat.Stat(small).stddev[0] < limits["least_contrast"] else []),
    ]
    if unusable:
        yield Note(UNUSABLE_RULE, tuple(unusable))
        return
    doubtful = [
        *(["shape"] if size_mm and _stretch(width / height, wanted) > limits["most_stretch"] else []),
        *(["blurred"] if _sharpness(small) < limits["least_sharpness"] else []),
    ]
    if doubtful:
        yield Note(DOUBTFUL_RULE, tuple(doubtful))


def _upright_size(picture: Image.Image) -> tuple[int, int]:
    """Return width and height of the picture as it is displayed. Those of a TIFF are after its orientation."""
    is_sideways = picture.format != "TIFF" and picture.getexif().get(ORIENTATION, 1) in SIDEWAYS
    width, height = picture.size[:: -1 if is_sideways else 1]
    return width, height


def _stretch(ratio: float, wanted: float) -> float:
    return max(ratio / wanted, wanted / ratio)


def _sharpness(picture: Image.Image) -> float:
    """Return the variance of the second derivative: a blurred picture has few sudden changes."""
    edges = picture.filter(ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), 1, 128))
    inside = edges.crop((1, 1, edges.width - 1, edges.height - 1))  # Pillow leaves the outermost pixels as they were
    return float(ImageStat.Stat(inside).var[0])
