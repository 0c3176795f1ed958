"""Whether a bundle shows the pages of a file, and does nothing by itself: found without the code of the program."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps, ImageSequence, ImageStat
from pypdf import PdfReader
from pypdfium2 import raw

_DOTS = 96 / 72
#: Both pictures are compared in at most so many cells across and down of at least so many dots, by their means.
_CELLS, _DOTS_A_CELL = 240, 3
#: How far a cell may be from the like one and its neighbours, and all of them on average; of 255.
_FAR, _MEAN = 90, 20
#: The same for pictures of inks, which readers mix to other colours.
_FAR_OF_INKS, _MEAN_OF_INKS = 120, 80
_ACTIONS = {
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/ResetForm", "/GoToR", "/GoToE", "/URI", "/Rendition",
    "/Movie", "/Sound", "/Named", "/SetOCGState", "/Hide", "/RichMediaExecute", "/Trans", "/Thread", "/GoTo3DView",
}  # fmt: skip
_KEYS = {"/OpenAction", "/AA", "/JS", "/JavaScript", "/EF", "/EmbeddedFiles", "/AF", "/XFA", "/RichMediaContent", "/PS"}


def page_counts(pdf: bytes) -> set[int]:
    """The numbers of pages that three readers count."""
    document = pypdfium2.PdfDocument(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return {len(document), len(opened.pages), len(PdfReader(io.BytesIO(pdf)).pages)}


def active_content(pdf: bytes) -> Iterator[str]:
    """Yield what could act, or carries another file."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for each in [opened.Root, *opened.objects]:
            yield from _active(each)


def _active(value: Any) -> Iterator[str]:
    """Yield what acts in an object and in those that are written inside it."""
    children = list(value) if isinstance(value, pikepdf.Array) else []
    if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        keys = set(value.keys())
        children = [value[key] for key in keys]
        yield from keys & _KEYS
        if str(value.get("/S")) in _ACTIONS or str(value.get("/Subtype")) == "/PS":
            yield f"{value.get('/S')} {value.get('/Subtype')}"
    for child in children:
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            yield from _active(child)


def unlike_pages(file: Path, bundle: bytes, pages: Sequence[int]) -> Iterator[str]:
    """Yield the pages of ``file`` that are not on these pages (from 0) of the bundle."""
    before = list(_pages_of(file))
    if len(before) != len(pages):
        yield f"{len(before)} pages became {len(pages)}"
        return
    has_inks = _has_inks(file)
    document = pypdfium2.PdfDocument(bundle)
    for number, (one, index) in enumerate(zip(before, pages, strict=True), start=1):
        other = _without_number(document[index])
        far, mean = _differences(one, other)
        if far > (_FAR_OF_INKS if has_inks else _FAR) or mean > (_MEAN_OF_INKS if has_inks else _MEAN):
            yield f"page {number} looks different: by {far} and {mean:.0f} of 255"


def _has_inks(file: Path) -> bool:
    if file.suffix.lower() == ".pdf":
        return False  # one reader draws both
    with Image.open(file) as picture:
        return picture.mode == "CMYK"


def _pages_of(file: Path) -> Iterator[Image.Image]:
    if file.suffix.lower() == ".pdf":
        document = pypdfium2.PdfDocument(file.read_bytes())
        with_forms = document.get_formtype() != 0
        if with_forms:
            document.init_forms()
        for page in document:
            yield page.render(scale=_DOTS, may_draw_forms=with_forms).to_pil().convert("RGB")
        return
    with Image.open(file) as picture:
        for frame in ImageSequence.Iterator(picture):
            yield _on_white(ImageOps.exif_transpose(frame))


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I;16") or picture.mode == "I":
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    shown = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", shown.size, "white"), shown).convert("RGB")


def _without_number(page: Any) -> Image.Image:
    """The picture of a page of the bundle with its last object, which is its number, painted over."""
    left, lower, right, upper = (ctypes.c_float() for _ in range(4))
    last = raw.FPDFPage_GetObject(page, raw.FPDFPage_CountObjects(page) - 1)
    raw.FPDFPageObj_GetBounds(last, *(ctypes.byref(end) for end in (left, lower, right, upper)))
    picture: Image.Image = page.render(scale=_DOTS).to_pil().convert("RGB")
    height = page.get_height()
    box = (left.value - 1, height - upper.value - 1, right.value + 1, height - lower.value + 1)
    ImageDraw.Draw(picture).rectangle([end * _DOTS for end in box], fill="white")
    return picture


def _differences(one: Image.Image, other: Image.Image) -> tuple[int, float]:
    """How far two pictures differ in one cell, and on average, when both are cut to what is on them."""
    box, other_box = _box_of_ink(one), _box_of_ink(other)
    if box is None or other_box is None:
        return (0, 0) if box == other_box else (255, 255)
    sides = [min(box[2] - box[0], other_box[2] - other_box[0]), min(box[3] - box[1], other_box[3] - other_box[1])]
    columns, rows = (max(1, min(_CELLS, side // _DOTS_A_CELL)) for side in sides)
    cells = [
        picture.crop(part).resize((columns, rows), Image.Resampling.BOX)
        for picture, part in ((one, box), (other, other_box))
    ]
    far = max(_far(*cells), _far(*reversed(cells)))
    return far, sum(ImageStat.Stat(ImageChops.difference(*cells)).mean) / 3


def _far(one: Image.Image, other: Image.Image) -> int:
    """The most by which a cell of ``one`` lies outside what ``other`` has there and around it."""
    low, high = other.filter(ImageFilter.MinFilter(3)), other.filter(ImageFilter.MaxFilter(3))
    outside = ImageChops.add(ImageChops.subtract(low, one), ImageChops.subtract(one, high))
    return max(dot for band in outside.split() for dot, count in enumerate(band.histogram()) if count)


def _box_of_ink(picture: Image.Image) -> tuple[int, int, int, int] | None:
    return ImageChops.invert(picture).convert("L").point([0] * 17 + [255] * 239).getbbox()
