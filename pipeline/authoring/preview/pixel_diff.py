"""Mark where two pictures of a page differ: changed pixels in one colour, with a box around each region."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

#: Colour of all marks; distinct from black and white for colour-blind readers too.
COLOUR = (206, 0, 112)
#: A pixel has changed if one of its channels differs by more than this, of 255. The same engine draws both pages,
#: without noise.
_TOLERANCE = 8
#: Regions are searched on cells of this many pixels, and grow together over twice as many cells as _GAP.
_CELL, _GAP = 6, 2
#: Ink this near to a changed pixel belongs to the change, so that a letter is coloured as a whole.
_NEAR = 9
#: Opacity of a changed pixel that has little ink, such as shading.
_FAINT = 70
_BOX_WIDTH, _BOX_ROOM, _BOX_FILL = 2, 3, 22
#: How much the page fades behind the marks: 0 not at all, 1 to white.
_FADED = 0.5

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks on two pictures of a page: a transparent layer for each, and the current page with all marks."""

    before: Image.Image
    after: Image.Image
    marked: Image.Image
    boxes: tuple[Box, ...]


def mark_differences(before: Image.Image, after: Image.Image) -> Marks | None:
    """Mark where the pictures differ; return None if they do not.

    The layer of the earlier page colours removed ink, the layer of the current page colours new ink.
    """
    size = (max(before.width, after.width), max(before.height, after.height))
    old, new = _pad(before, size), _pad(after, size)
    gone, added = _changed_pixels(ImageChops.subtract(new, old)), _changed_pixels(ImageChops.subtract(old, new))
    both = ImageChops.lighter(gone, added)
    boxes = tuple(_boxes(both))
    if not boxes and before.size == after.size:
        return None
    near = both.filter(ImageFilter.MaxFilter(_NEAR))
    old_ink, new_ink = _ink(old, near, gone), _ink(new, near, added)
    faded = Image.blend(new, Image.new("RGB", size, "white"), _FADED).convert("RGBA")
    all_marks = _layer(ImageChops.lighter(old_ink, new_ink), boxes)
    return Marks(
        _layer(old_ink, boxes).crop((0, 0, *before.size)),
        _layer(new_ink, boxes).crop((0, 0, *after.size)),
        Image.alpha_composite(faded, all_marks).convert("RGB"),
        boxes,
    )


def _pad(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the picture on a white sheet of ``size``."""
    sheet = Image.new("RGB", size, "white")
    sheet.paste(picture)
    return sheet


def _changed_pixels(difference: Image.Image) -> Image.Image:
    """Return the pixels of which a channel differs enough, white on black."""
    strongest = ImageChops.lighter(ImageChops.lighter(*difference.split()[:2]), difference.split()[2])
    return strongest.point([255 if value > _TOLERANCE else 0 for value in range(256)])


def _ink(page: Image.Image, near: Image.Image, changed: Image.Image) -> Image.Image:
    """Return the strength of each pixel's mark: ink near a change in full, a changed pixel without ink faintly."""
    ink = ImageChops.darker(ImageChops.invert(page.convert("L")), near)
    return ImageChops.lighter(ink, changed.point([min(value, _FAINT) for value in range(256)]))


def _layer(pixels: Image.Image, boxes: tuple[Box, ...]) -> Image.Image:
    """Return a transparent picture with the marked pixels and the boxes."""
    opacity = Image.new("L", pixels.size)
    pen = ImageDraw.Draw(opacity)
    for box in boxes:
        pen.rectangle(box, fill=_BOX_FILL, outline=255, width=_BOX_WIDTH)
    layer = Image.new("RGBA", pixels.size, COLOUR)
    layer.putalpha(ImageChops.lighter(opacity, pixels))
    return layer


def _boxes(pixels: Image.Image) -> Iterator[Box]:
    """Yield a box around each region of changed pixels, from top to bottom."""
    cells = pixels.reduce(_CELL).point([255 if value else 0 for value in range(256)])
    changed, left = _white_cells(cells), _white_cells(cells.filter(ImageFilter.MaxFilter(2 * _GAP + 1)))
    for start in sorted(left, key=lambda cell: (cell[1], cell[0])):
        if start in left:
            yield _enclose(changed.intersection(_take_region(start, left)), pixels.size)


def _white_cells(cells: Image.Image) -> set[tuple[int, int]]:
    """Return column and row of each white pixel."""
    return {(index % cells.width, index // cells.width) for index, value in enumerate(cells.tobytes()) if value}


def _take_region(start: tuple[int, int], left: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the cells that are connected with ``start``, and remove them from ``left``."""
    left.discard(start)
    region = [start]
    for x, y in region:
        near = {(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)} & left
        left -= near
        region.extend(near)
    return region


def _enclose(cells: Collection[tuple[int, int]], size: tuple[int, int]) -> Box:
    columns, rows = [x for x, _ in cells], [y for _, y in cells]
    return (
        max(min(columns) * _CELL - _BOX_ROOM, 0),
        max(min(rows) * _CELL - _BOX_ROOM, 0),
        min((max(columns) + 1) * _CELL + _BOX_ROOM, size[0]) - 1,
        min((max(rows) + 1) * _CELL + _BOX_ROOM, size[1]) - 1,
    )
