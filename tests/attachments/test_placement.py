"""Pages of supplied PDFs on A4: portrait, complete, at the correct place, for all boxes and rotations."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array

from tests.support.attachments import SEEN, add_page, corners, page_text, pdf_of
from tests.support.built import make_pdf_of, make_picture, saved
from tests.support.reading import colour_at, millimetres, notes, pictures_of, read, refused, text
from tests.support.tools import needs_qpdf

UPRIGHT, LYING = (595.276, 841.89), (841.89, 595.276)


def keys_of(pdf: bytes) -> set[str]:
    """What the dictionary of the only page has."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        (page,) = opened.pages
        return set(page.obj.keys())


def ink_of(pdf: bytes, size: tuple[float, float]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of what is not white, in points from the upper left corner."""
    (picture,) = pictures_of(pdf)
    assert list(picture.size) == pytest.approx(size, abs=1)
    box = picture.convert("L").point([255 if value < 250 else 0 for value in range(256)]).getbbox()
    assert box is not None
    return tuple(float(side) for side in box)  # type: ignore[return-value] # four of them


@pytest.mark.case("D11")
class TestTurned:
    @pytest.mark.parametrize(
        ("rotate", "shown"),
        [(0, 0), (90, 90), (180, 180), (270, 270), (360, 0), (450, 90), (-90, 270), (-450, 270), (90.0, 90), (45, 0)],
    )
    def test_a_turned_page_is_as_it_is_shown(self, rotate: float, shown: int) -> None:
        found = read(pdf_of(corners(0, 0, 595, 842), Rotate=rotate))
        (picture,) = pictures_of(found.pdf)
        seen = tuple(colour_at(picture, x, y) for y in (0.03, 0.97) for x in (0.03, 0.97))
        assert seen == SEEN[shown]
        assert keys_of(found.pdf) == {"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents"}
        assert notes(found) == {}

    def test_a_rotation_that_pages_inherit_counts(self) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf, corners(0, 0, 595, 842))
            pdf.Root.Pages.Rotate = 90
            pdf.Root.Pages.MediaBox = Array([0, 0, 595, 842])
            del pdf.pages[0].obj["/MediaBox"]
            content = saved(pdf)
        (picture,) = pictures_of(read(content).pdf)
        assert picture.width > picture.height
        assert colour_at(picture, 0.03, 0.03) == "red"


@pytest.mark.case("D11")
class TestBoxes:
    def test_a_shifted_origin_is_taken_back(self) -> None:
        content = pdf_of(corners(100, -50, 595, 842), MediaBox=Array([100, -50, 695, 792]))
        (picture,) = pictures_of(read(content).pdf)
        assert tuple(colour_at(picture, x, y) for y in (0.03, 0.97) for x in (0.03, 0.97)) == SEEN[0]

    def test_what_lies_outside_the_crop_box_stays_unseen_and_nothing_inside_is_lost(self) -> None:
        content = pdf_of(b"1 0 1 rg 0 0 595 842 re f 1 1 1 rg 100 100 300 400 re f " + corners(100, 100, 300, 400),
                         CropBox=Array([100, 100, 400, 500]))  # fmt: skip
        left, top, right, bottom = ink_of(read(content).pdf, UPRIGHT)
        assert (right - left, bottom - top) == pytest.approx((300, 400), abs=2)

    @pytest.mark.parametrize("name", ["TrimBox", "BleedBox", "ArtBox"])
    def test_boxes_for_printers_cut_nothing_off(self, name: str) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf, corners(0, 0, 595, 842)).obj[f"/{name}"] = Array([200, 200, 400, 400])
            content = saved(pdf)
        left, top, right, bottom = ink_of(read(content).pdf, UPRIGHT)
        assert (right - left, bottom - top) == pytest.approx((595, 842), abs=2)

    @pytest.mark.parametrize("box", [[0, 0, 0, 0], ["a", "b", "c", "d"], [1, 2]])
    def test_a_crop_box_that_shows_nothing_is_as_if_it_were_not_there(self, box: list[Any]) -> None:
        content = pdf_of(corners(0, 0, 595, 842), CropBox=Array(box))
        assert ink_of(read(content).pdf, UPRIGHT)[2] > 590

    def test_a_crop_box_beside_the_page_is_refused_for_readers_show_different_things(self) -> None:
        content = pdf_of(corners(0, 0, 595, 842), CropBox=Array([900, 900, 1000, 1000]))
        assert refused(content).code == "attachment-disagreement"

    def test_a_box_with_its_corners_exchanged_is_the_same_box(self) -> None:
        content = pdf_of(corners(0, 0, 595, 842), MediaBox=Array([595, 842, 0, 0]))
        (picture,) = pictures_of(read(content).pdf)
        assert tuple(colour_at(picture, x, y) for y in (0.03, 0.97) for x in (0.03, 0.97)) == SEEN[0]

    def test_without_any_box_a_page_is_a_letter(self) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf, corners(0, 0, 612, 792))
            del pdf.pages[0].obj["/MediaBox"]
            content = saved(pdf)
        left, top, right, bottom = ink_of(read(content).pdf, UPRIGHT)
        assert (right - left) / (bottom - top) == pytest.approx(612 / 792, rel=0.01)


@pytest.mark.case("D11")
class TestSizes:
    @pytest.mark.parametrize(
        ("size", "page", "scale"),
        [
            ((595, 842), UPRIGHT, 1.0),
            ((842, 595), LYING, 1.0),
            ((612, 792), UPRIGHT, 538.58 / 612),  # US Letter
            ((420, 595), UPRIGHT, 1.0),  # A5
            ((595, 420), UPRIGHT, 538.58 / 595),  # A5 lying
            ((842, 1191), UPRIGHT, 538.58 / 842),  # A3
            ((1191, 842), LYING, 538.58 / 842),
            ((14400, 14400), UPRIGHT, 538.58 / 14400),  # 200 inches
            ((100, 2000), UPRIGHT, 785.2 / 2000),
        ],
    )
    def test_each_becomes_a4_with_a_margin_and_none_is_enlarged(
        self, size: tuple[float, float], page: tuple[float, float], scale: float
    ) -> None:
        found = read(pdf_of(corners(0, 0, *size), size=size))
        left, top, right, bottom = ink_of(found.pdf, page)
        assert (right - left, bottom - top) == pytest.approx((size[0] * scale, size[1] * scale), abs=2.5)
        assert left + right == pytest.approx(page[0], abs=3)
        assert top + bottom == pytest.approx(page[1], abs=3)
        if scale < 1:
            assert millimetres(min(left, top)) == pytest.approx(10, abs=0.5)
        rules = {note.rule for note in found.notes}
        assert ("OUT-01B" in rules) is (sorted(size) != [595, 842])

    def test_a_user_unit_makes_a_page_larger(self) -> None:
        content = pdf_of(corners(0, 0, 200, 300), size=(200, 300), UserUnit=1.5)
        left, top, right, bottom = ink_of(read(content).pdf, UPRIGHT)
        assert (right - left, bottom - top) == pytest.approx((300, 450), abs=2)

    @pytest.mark.parametrize("size", [(3, 3), (20, 500)])
    def test_a_page_on_which_nothing_can_be_read_is_refused(self, size: tuple[float, float]) -> None:
        assert refused(pdf_of(corners(0, 0, *size), size=size)).code == "attachment-page-size"

    def test_a_small_page_is_not(self) -> None:
        assert read(pdf_of(corners(0, 0, 60, 60), size=(60, 60))).pages == 1


class TestContent:
    def test_a_scan_is_not_encoded_again(self) -> None:
        picture = make_picture("JPEG", (800, 1000), quality=90)
        with pikepdf.open(io.BytesIO(read(make_pdf_of(picture, 1)).pdf)) as pdf:
            found = [each for each in pdf.objects if isinstance(each, pikepdf.Stream) and "/Width" in each]
            assert [each.read_raw_bytes() for each in found] == [picture]

    def test_a_page_that_leaves_its_state_open_spoils_nothing_after_it(self) -> None:
        content = read(pdf_of(b"q 0.1 0 0 0.1 0 0 cm " + page_text("open"))).pdf
        with pikepdf.open(io.BytesIO(content)) as pdf:
            assert pdf.pages[0].obj.Contents.read_bytes().count(b"q") == 1
            assert pdf.pages[0].obj.Contents.read_bytes().split()[-1] == b"Q"

    def test_pages_stay_in_order(self) -> None:
        content = pdf_of(*[page_text(f"page {number}") for number in range(1, 30)])
        assert [line.strip() for line in text(read(content).pdf)] == [f"page {number}" for number in range(1, 30)]

    @pytest.mark.parametrize("version", ["1.0", "1.3", "1.4", "1.5", "1.7", "2.0"])
    @pytest.mark.parametrize("streams", [pikepdf.ObjectStreamMode.disable, pikepdf.ObjectStreamMode.generate])
    def test_any_version_is_read(self, version: str, streams: pikepdf.ObjectStreamMode) -> None:
        with pikepdf.open(io.BytesIO(pdf_of(page_text("any version")))) as pdf:
            content = saved(pdf, force_version=version, object_stream_mode=streams)
        assert text(read(content).pdf)[0].strip() == "any version"

    @needs_qpdf
    @pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs poppler (Debian: apt-get install poppler-utils)")
    def test_other_readers_have_no_complaint(self, tmp_path: Path) -> None:
        path = tmp_path / "made.pdf"
        path.write_bytes(read(pdf_of(page_text("judged"), Rotate=90, CropBox=Array([10, 10, 500, 800]))).pdf)
        for command in (["qpdf", "--check"], ["pdftotext", "-q"]):
            done = subprocess.run(
                [*command, path, *(["-"] if "text" in command[0] else [])], capture_output=True, check=True
            )
            assert done.stderr == b""
        assert b"judged" in done.stdout
