"""Judges the applicant's photo as a picture: its shape, its pixels, its sharpness, and that it shows something."""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image, ImageFilter, ImageStat

from pipeline.attachments.plain_colours import make_scalable
from pipeline.packet.paper import Note
from pipeline.resources import read_data

UNUSABLE_RULE, DOUBTFUL_RULE = "PHO-01", "PHO-02"
#: The picture is judged at this width, so that the noise of a large one does not count as sharpness.
_JUDGED_WIDTH = 300


def judge_photo(content: bytes, size_mm: tuple[float, float] | None) -> Iterator[Note]:
    """Yield what is wrong with a picture that is printed as a photo of ``size_mm``."""
    limits = read_data("photo")
    with Image.open(io.BytesIO(content)) as picture:
        width, height = picture.size
        grey = make_scalable(picture).convert("L")
        small = grey.resize((_JUDGED_WIDTH, max(1, round(_JUDGED_WIDTH * height / width))))
    unusable = [
        *(["few_pixels"] if min(width, height) < limits["least_pixels"] else []),
        *(["one_colour"] if ImageStat.Stat(small).stddev[0] < limits["least_contrast"] else []),
    ]
    if unusable:
        yield Note(UNUSABLE_RULE, tuple(unusable))
        return
    doubtful = [
        *(["shape"] if size_mm and _stretch(width / height, size_mm[0] / size_mm[1]) > limits["most_stretch"] else []),
        *(["blurred"] if _sharpness(small) < limits["least_sharpness"] else []),
    ]
    if doubtful:
        yield Note(DOUBTFUL_RULE, tuple(doubtful))


def _stretch(ratio: float, wanted: float) -> float:
    return max(ratio / wanted, wanted / ratio)


def _sharpness(picture: Image.Image) -> float:
    """Return the variance of the second derivative: a blurred picture has few sudden changes."""
    edges = picture.filter(ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), 1, 128))
    inside = edges.crop((1, 1, edges.width - 1, edges.height - 1))  # Pillow leaves the outermost pixels as they were
    return float(ImageStat.Stat(inside).var[0])
