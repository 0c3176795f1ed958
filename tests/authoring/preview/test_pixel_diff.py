from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from pipeline.authoring.preview.pixel_diff import COLOUR, Box, Marks, mark_differences

SIZE = (200, 300)


def page(*inked: Box, size: tuple[int, int] = SIZE, ink: str = "black") -> Image.Image:
    """A white page with rectangles of ink."""
    picture = Image.new("RGB", size, "white")
    for box in inked:
        ImageDraw.Draw(picture).rectangle(box, fill=ink)
    return picture


def marks(before: Image.Image, after: Image.Image) -> Marks:
    found = mark_differences(before, after)
    assert found is not None
    return found


def holds(box: Box, inner: Box) -> bool:
    return box[0] <= inner[0] and box[1] <= inner[1] and box[2] >= inner[2] and box[3] >= inner[3]


def test_the_same_page_has_no_marks() -> None:
    assert mark_differences(page((10, 10, 30, 20)), page((10, 10, 30, 20))) is None
    assert mark_differences(page(), page().convert("L")) is None


@pytest.mark.parametrize("ink", ["black", "#eeeeee", "#ffffe0"])
def test_new_ink_is_boxed_and_coloured_on_the_page_of_now(ink: str) -> None:
    found = marks(page(), page((50, 60, 79, 69), ink=ink))
    [box] = found.boxes
    assert holds(box, (50, 60, 79, 69))
    assert not holds(box, (38, 48, 91, 81))
    assert found.before.getpixel((60, 65))[3] < 50  # type: ignore[index]  # only the box is filled
    assert found.after.getpixel((60, 65))[:3] == COLOUR  # type: ignore[index]
    assert found.after.getpixel((60, 65))[3] >= 70  # type: ignore[index]
    assert found.after.getpixel((5, 5))[3] == 0  # type: ignore[index]


def test_ink_that_is_gone_is_coloured_on_the_page_before() -> None:
    found = marks(page((50, 60, 79, 69)), page())
    assert found.before.getpixel((60, 65)) == (*COLOUR, 255)
    assert found.marked.getpixel((60, 65)) == COLOUR


def test_a_change_of_colour_alone_is_seen() -> None:
    assert marks(page((10, 10, 30, 20), ink="#ff0000"), page((10, 10, 30, 20), ink="#00820f")).boxes


def test_regions_apart_have_a_box_each_from_top_to_bottom() -> None:
    found = marks(page(), page((100, 200, 120, 210), (10, 10, 30, 20), (36, 10, 50, 20)))
    assert len(found.boxes) == 2
    assert holds(found.boxes[0], (10, 10, 50, 20))
    assert holds(found.boxes[1], (100, 200, 120, 210))


def test_one_dot_is_enough() -> None:
    assert len(marks(page(), page((199, 299, 199, 299))).boxes) == 1
    assert len(marks(page(), page((0, 0, 0, 0))).boxes) == 1


def test_pages_of_two_sizes_are_compared_on_a_common_one() -> None:
    found = marks(page(size=(100, 100)), page((50, 150, 55, 160), size=(80, 200)))
    assert found.before.size == (100, 100)
    assert found.after.size == (80, 200)
    assert found.marked.size == (100, 200)


def test_another_size_of_paper_is_a_change() -> None:
    assert marks(page(size=(100, 100)), page(size=(100, 120))).boxes == ()


def test_the_marked_page_shows_what_did_not_change_faintly() -> None:
    found = marks(page((10, 10, 30, 20)), page((10, 10, 30, 20), (100, 200, 120, 210)))
    assert found.marked.getpixel((20, 15)) == (128, 128, 128) or found.marked.getpixel((20, 15)) == (127, 127, 127)
