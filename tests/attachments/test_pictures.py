"""Each picture becomes a portrait A4 page, with its data unchanged."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from pipeline.attachments.messages import Conversion
from pipeline.attachments.read_paper import read_paper
from tests.support.built import make_picture, make_png_header
from tests.support.reading import A4, JPEG, PNG, box_of_picture, millimetres, paper, refusal

pytestmark = pytest.mark.slow


class TestPicture:
    @pytest.mark.parametrize("size", [(300, 200), (200, 300), (3000, 100), (100, 3000), (20, 20)])
    def test_a_picture_fills_an_a4_page_within_its_margins(self, tmp_path: Path, size: tuple[int, int]) -> None:
        page, (left, bottom, right, top) = box_of_picture(paper(tmp_path, "a.png", make_picture("PNG", size)).pdf)
        assert page == pytest.approx(A4, abs=0.1)
        margins = (left, bottom, page[0] - right, page[1] - top)
        assert all(millimetres(margin) >= 10 - 0.1 for margin in margins)
        assert min(millimetres(margin) for margin in margins) == pytest.approx(10, abs=0.1)
        assert (right - left) / (top - bottom) == pytest.approx(size[0] / size[1], rel=0.01)

    @pytest.mark.parametrize("dpi", [(72, 72), (1200, 1200), (1, 1)])
    @pytest.mark.parametrize(("name", "kind"), [("a.jpg", "JPEG"), ("a.png", "PNG")])
    def test_a_photo_has_exactly_its_print_size(
        self, tmp_path: Path, name: str, kind: str, dpi: tuple[int, int]
    ) -> None:
        content = make_picture(kind, (531, 531), dpi=dpi)
        page, (left, bottom, right, top) = box_of_picture(paper(tmp_path, name, content, (45, 45)).pdf)
        assert page == pytest.approx(A4, abs=0.1)
        assert (millimetres(right - left), millimetres(top - bottom)) == pytest.approx((45, 45), abs=0.05)

    @pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
    def test_jpeg_data_is_wrapped_as_it_is(self, tmp_path: Path, mode: str) -> None:
        content = make_picture("JPEG", mode=mode)
        with pikepdf.open(io.BytesIO(paper(tmp_path, "a.jpg", content).pdf)) as pdf:
            (picture,) = dict(pdf.pages[0].Resources.XObject).values()
            assert picture.Filter == pikepdf.Name.DCTDecode or list(picture.Filter) == [pikepdf.Name.DCTDecode]
            assert picture.read_raw_bytes() == content

    def test_png_data_is_wrapped_as_it_is(self, tmp_path: Path) -> None:
        content = make_picture("PNG")
        assert content.count(b"IDAT") == 1
        start = content.index(b"IDAT")
        data = content[start + 4 : start + 4 + int.from_bytes(content[start - 4 : start])]
        with pikepdf.open(io.BytesIO(paper(tmp_path, "a.png", content).pdf)) as pdf:
            (picture,) = dict(pdf.pages[0].Resources.XObject).values()
            assert picture.read_raw_bytes() == data

    @pytest.mark.parametrize("mode", ["RGBA", "LA"])
    def test_transparency_becomes_white(self, tmp_path: Path, mode: str) -> None:
        picture = Image.new(mode, (40, 20), 0)
        picture.paste(Image.new(mode, (20, 20), tuple([0] * (len(mode) - 1) + [255])), (0, 0))
        out = io.BytesIO()
        picture.save(out, "PNG")
        document = pypdfium2.PdfDocument(paper(tmp_path, "a.png", out.getvalue()).pdf)
        try:
            (drawn,) = document[0].get_objects()
            shown = drawn.get_bitmap().to_pil().convert("RGB")
        finally:
            document.close()
        assert (shown.getpixel((5, 10)), shown.getpixel((35, 10))) == ((0, 0, 0), (255, 255, 255))

    def test_a_palette_with_a_transparent_colour_becomes_white(self, tmp_path: Path) -> None:
        picture = Image.new("P", (40, 20), 0)
        picture.putpalette([10, 20, 30, 200, 0, 0])
        out = io.BytesIO()
        picture.save(out, "PNG", transparency=0)
        document = pypdfium2.PdfDocument(paper(tmp_path, "a.png", out.getvalue()).pdf)
        try:
            shown = document[0].render().to_pil().convert("RGB")
        finally:
            document.close()
        assert shown.getcolors() == [(shown.width * shown.height, (255, 255, 255))]

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_a_turned_photo_is_turned_without_another_encoding(self, tmp_path: Path, orientation: int) -> None:
        """The page itself is not rotated, so page numbers on it are not either."""
        exif = Image.Exif()
        exif[274] = orientation
        found = paper(tmp_path, "a.jpg", make_picture("JPEG", (300, 200), exif=exif))
        with pikepdf.open(io.BytesIO(found.pdf)) as pdf:
            assert "/Rotate" not in pdf.pages[0]
            (picture,) = dict(pdf.pages[0].Resources.XObject).values()
            assert picture.read_raw_bytes() == make_picture("JPEG", (300, 200))

    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("print_size", [None, (45.0, 30.0)])
    def test_every_orientation_gives_the_same_portrait_page(
        self, tmp_path: Path, orientation: int, print_size: tuple[float, float] | None
    ) -> None:
        """Red on the left, blue on the right, whatever the camera wrote about how it was held."""
        upright = Image.new("RGB", (300, 200), "red")
        upright.paste("blue", (150, 0, 300, 200))
        turns = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what the camera did: the inverse of what undoes it
        stored = upright.transpose(Image.Transpose(turns[orientation])) if orientation > 1 else upright
        exif = Image.Exif()
        exif[274] = orientation
        out = io.BytesIO()
        stored.save(out, "JPEG", exif=exif, quality=95)
        (tmp_path / "a.jpg").write_bytes(out.getvalue())
        document = pypdfium2.PdfDocument(read_paper(tmp_path, "a.jpg", Conversion(print_size)).pdf)
        try:
            page = document[0]
            assert [round(length) for length in page.get_size()] == [595, 842]
            shown = page.render().to_pil().convert("RGB")
        finally:
            document.close()
        middle = shown.height // 2
        coloured = [x for x in range(shown.width) if min(shown.getpixel((x, middle))) < 100]
        left, right = shown.getpixel((coloured[5], middle)), shown.getpixel((coloured[-5], middle))
        assert left[0] > 200 > left[2]
        assert right[2] > 200 > right[0]
        width_mm = len(coloured) / 72 * 25.4
        assert abs(width_mm - (45 if print_size else 190)) < 1.5

    @pytest.mark.parametrize("size", [(9_000, 9_000), (13_000, 13_000), (60_000, 60_000)])
    def test_too_many_pixels_are_refused_without_decoding_them(self, tmp_path: Path, size: tuple[int, int]) -> None:
        error = refusal(tmp_path, "a.png", make_png_header(*size))
        assert (error.code, error.message) == ("attachment-pixels", "the picture has more than 60 million pixels")

    @pytest.mark.parametrize("percent", [5, 25, 50, 75, 90])
    @pytest.mark.parametrize(("name", "content"), [("a.jpg", JPEG), ("a.png", PNG)])
    def test_a_truncated_picture_is_refused(self, tmp_path: Path, name: str, content: bytes, percent: int) -> None:
        assert refusal(tmp_path, name, content[: len(content) * percent // 100]).code == "attachment-damaged"

    @pytest.mark.parametrize(("name", "content"), [("a.jpg", JPEG), ("a.png", PNG)])
    def test_the_same_picture_gives_the_same_bytes(self, tmp_path: Path, name: str, content: bytes) -> None:
        first, second = paper(tmp_path, name, content), paper(tmp_path, name, content)
        assert first.pdf == second.pdf
        assert b"/CreationDate" not in first.pdf


class TestDots:
    """A fax has 204 dots to the inch across, and 98 down."""

    @pytest.mark.parametrize(
        ("dpi", "shape"),
        [
            ((204, 98), 1728 / 204 / (1143 / 98)),
            ((200, 200), 1728 / 1143),
            ((0, 98), 1728 / 1143),
            ((1, 98), 1728 / 1143),
        ],
    )
    @pytest.mark.parametrize("orientation", [1, 3, 5, 6, 7, 8])
    def test_a_tiff_has_the_shape_of_the_paper(
        self, tmp_path: Path, dpi: tuple[int, int], shape: float, orientation: int
    ) -> None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        out = io.BytesIO()
        Image.new("1", (1728, 1143)).save(out, "TIFF", compression="group4", dpi=dpi, exif=exif)
        _, (left, bottom, right, top) = box_of_picture(paper(tmp_path, "a.tif", out.getvalue()).pdf)
        seen = (right - left) / (top - bottom)
        assert seen == pytest.approx(shape if orientation < 5 else 1 / shape, rel=0.01)

    def test_what_a_camera_says_of_its_dots_is_nothing(self, tmp_path: Path) -> None:
        content = make_picture("JPEG", (300, 200), dpi=(204, 98))
        _, (left, bottom, right, top) = box_of_picture(paper(tmp_path, "a.jpg", content).pdf)
        assert (right - left) / (top - bottom) == pytest.approx(1.5, rel=0.01)
