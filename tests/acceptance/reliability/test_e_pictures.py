"""Cases E of pictures that are used: whatever way they are stored, they are shown as they were meant, and nothing more.

Those that cannot be used are in test_d_attachments.py.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from PIL import Image, ImageStat

from tests.support.attachments import THUMBNAIL, encoded, exif_with_place, quadrants
from tests.support.codings import CODINGS, GREYS, turned
from tests.support.expectation import Scene
from tests.support.supplied import QUARTERS, coloured, everything, pages, quarters, used, with_papers
from tests.support.tools import needs_strace

pytestmark = needs_strace
case = pytest.mark.case
KINDS = ("JPEG", "PNG", "TIFF", "WebP")
COLOURS = ("red", "green", "blue", "white")


@case("E03")
@pytest.mark.parametrize("others", [(1, 6), pytest.param(range(1, 9), marks=pytest.mark.soak)], ids=["few", "all"])
def test_every_orientation_is_turned_upright(scene: Scene, others: Iterable[int]) -> None:
    """Every one of JPEG, which cameras and telephones write, and these of the other kinds."""
    papers = [(turned(kind, each), kind) for kind in KINDS for each in (range(1, 9) if kind == "JPEG" else others)]
    used(scene.build(with_papers(scene, papers)))
    assert [quarters(page) for page in pages(scene)] == [COLOURS] * len(papers)


@case("E04")
def test_every_coding_shows_the_same_picture(scene: Scene) -> None:
    used(scene.build(with_papers(scene, [*CODINGS.values(), *GREYS.values()])))
    shown = pages(scene)
    assert [quarters(page) for page in shown[: len(CODINGS)]] == [COLOURS] * len(CODINGS)
    for page in shown[len(CODINGS) :]:
        darkness = [255 - ImageStat.Stat(around(page, x, y)).mean[0] for x, y in QUARTERS]
        assert min(darkness[:3]) > 50
        assert darkness[3] < 2


def around(page: Image.Image, x: float, y: float) -> Image.Image:
    """A piece of the page, without colours, with this place in its middle."""
    left, top = int(x * page.width), int(y * page.height)
    return page.convert("L").crop((left - 10, top - 10, left + 10, top + 10))


@case("E06")
def test_nothing_that_a_camera_wrote_beside_the_picture_is_in_the_packet(scene: Scene) -> None:
    papers = []
    for kind in KINDS:
        options = {"xmp": b"<x>CANARY</x>"} if kind in {"JPEG", "WebP"} else {}
        for size in ((300, 200), (9000, 20)):  # as it is, and made smaller
            content = encoded(quadrants(size), kind.upper(), exif=exif_with_place(), **options)
            papers.append((content + (b"PK\x03\x04 CANARY" if kind in {"JPEG", "PNG"} else b""), kind))
    assert all(b"CANARY" in content for content, _ in papers)
    assert {kind for content, kind in papers if THUMBNAIL in content} >= {"JPEG", "PNG", "WebP"}
    used(scene.build(with_papers(scene, papers)))
    found = everything(scene)
    assert [word for word in (b"CANARY", b"CanaryPhone", b"Exif", b"GPS", THUMBNAIL) if word in found] == []
    assert [quarters(page) for page in pages(scene)[::2]] == [COLOURS] * len(KINDS)


@case("E07")
def test_any_shape_and_any_resolution_stands_on_its_page(scene: Scene) -> None:
    resolutions = ((0, 0), (1, 1), (20_000, 20_000), (72, 300))
    papers = [(encoded(quadrants(), kind, dpi=dpi), kind) for kind in ("JPEG", "PNG") for dpi in resolutions]
    shapes = ((1, 1), (1, 20_000), (20_000, 1), (3, 5))
    papers += [(encoded(Image.new("RGB", size, "red"), "PNG"), "PNG") for size in shapes]
    used(scene.build(with_papers(scene, papers)))
    shown = pages(scene)
    assert [quarters(page) for page in shown[: -len(shapes)]] == [COLOURS] * 2 * len(resolutions)
    for page in shown[-len(shapes) :]:  # as large as the margins of 10 mm let it be, and no larger
        left, top, right, bottom = coloured(page)
        assert min(left, top, page.width - right, page.height - bottom) >= 27
        assert min(left, top) <= 30
