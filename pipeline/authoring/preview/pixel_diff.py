"""Where two pictures of a page differ: the changed dots in one colour, with boxes around the regions."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

#: The one colour of marks: told from black and white by every kind of eye.
COLOUR = (206, 0, 112)
#: A dot has changed when one of its channels differs by more than this, of 255. Both pages are drawn by the same
#: engine, so there is no noise.
_TOLERANCE = 8
#: Regions are found on cells of this many dots, and grow together over twice as many cells as _GAP.
_CELL, _GAP = 6, 2
#: Ink this near to a changed dot belongs to the change, so that a letter is coloured as a whole.
_NEAR = 9
#: Opacity of a changed dot that has little ink, such as shading.
_FAINT = 70
_BOX_WIDTH, _BOX_ROOM, _BOX_FILL = 2, 3, 22
#: How far a page steps back behind the marks: 0 as it is, 1 white.
_FADED = 0.5

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks on two pictures of a page: transparent layers for each, and the page of now with all of them."""

    before: Image.Image
    after: Image.Image
    marked: Image.Image
    boxes: tuple[Box, ...]


def mark(before: Image.Image, after: Image.Image) -> Marks | None:
    """Marks where the pictures differ; None when they do not.

    The layer for the page before colours what is there no longer, the layer for the page of now what is new.
    """
    size = (max(before.width, after.width), max(before.height, after.height))
    old, new = _on_paper(before, size), _on_paper(after, size)
    gone, added = _changed(ImageChops.subtract(new, old)), _changed(ImageChops.subtract(old, new))
    both = ImageChops.lighter(gone, added)
    boxes = tuple(_boxes(both))
    if not boxes and before.size == after.size:
        return None
    near = both.filter(ImageFilter.MaxFilter(_NEAR))
    old_ink, new_ink = _ink(old, near, gone), _ink(new, near, added)
    return Marks(
        _layer(old_ink, boxes).crop((0, 0, *before.size)),
        _layer(new_ink, boxes).crop((0, 0, *after.size)),
        _marked(new, ImageChops.lighter(old_ink, new_ink), boxes),
        boxes,
    )


def _on_paper(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    paper = Image.new("RGB", size, "white")
    paper.paste(picture)
    return paper


def _changed(difference: Image.Image) -> Image.Image:
    """The dots of which a channel differs enough, white on black."""
    strongest = ImageChops.lighter(ImageChops.lighter(*difference.split()[:2]), difference.split()[2])
    return strongest.point([255 if value > _TOLERANCE else 0 for value in range(256)])


def _ink(page: Image.Image, near: Image.Image, changed: Image.Image) -> Image.Image:
    """How strongly each dot is coloured: ink near a change as it is, a changed dot without ink faintly."""
    ink = ImageChops.darker(ImageChops.invert(page.convert("L")), near)
    return ImageChops.lighter(ink, changed.point([min(value, _FAINT) for value in range(256)]))


def _layer(dots: Image.Image, boxes: tuple[Box, ...]) -> Image.Image:
    opacity = Image.new("L", dots.size)
    pen = ImageDraw.Draw(opacity)
    for box in boxes:
        pen.rectangle(box, fill=_BOX_FILL, outline=255, width=_BOX_WIDTH)
    layer = Image.new("RGBA", dots.size, COLOUR)
    layer.putalpha(ImageChops.lighter(opacity, dots))
    return layer


def _marked(page: Image.Image, dots: Image.Image, boxes: tuple[Box, ...]) -> Image.Image:
    faded = Image.blend(page, Image.new("RGB", page.size, "white"), _FADED).convert("RGBA")
    return Image.alpha_composite(faded, _layer(dots, boxes)).convert("RGB")


def _boxes(dots: Image.Image) -> Iterator[Box]:
    """A box around each region of changed dots, from top to bottom."""
    cells = dots.reduce(_CELL).point([255 if value else 0 for value in range(256)])
    changed, left = _cells(cells), _cells(cells.filter(ImageFilter.MaxFilter(2 * _GAP + 1)))
    for start in sorted(left, key=lambda cell: (cell[1], cell[0])):
        if start in left:
            yield _around(changed.intersection(_region(start, left)), dots.size)


def _cells(cells: Image.Image) -> set[tuple[int, int]]:
    """Column and row of each white dot."""
    return {(index % cells.width, index // cells.width) for index, value in enumerate(cells.tobytes()) if value}


def _region(start: tuple[int, int], left: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """The cells that hang together with ``start``, taken out of ``left``."""
    left.discard(start)
    region = [start]
    for x, y in region:
        near = {(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)} & left
        left -= near
        region.extend(near)
    return region


def _around(cells: Collection[tuple[int, int]], size: tuple[int, int]) -> Box:
    columns, rows = [x for x, _ in cells], [y for _, y in cells]
    return (
        max(min(columns) * _CELL - _BOX_ROOM, 0),
        max(min(rows) * _CELL - _BOX_ROOM, 0),
        min((max(columns) + 1) * _CELL + _BOX_ROOM, size[0]) - 1,
        min((max(rows) + 1) * _CELL + _BOX_ROOM, size[1]) - 1,
    )
