"""Pictures of every coding: shown as they are, within limits, without what cameras write beside them."""

from __future__ import annotations

import io
import subprocess
import sys
import zlib
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageCms, ImageOps

from pipeline.attachments.jpeg import BrokenJpegError, plain_jpeg, sizes_of
from pipeline.attachments.messages import Conversion
from pipeline.attachments.picture_proof import PictureProof
from pipeline.attachments.placement import fill_page
from pipeline.errors import UnusableError
from pipeline.formats.pdf.geometry import A4_POINTS
from tests.support.attachments import encoded, exif_with_place, quadrants
from tests.support.built import make_picture, make_png_header
from tests.support.codings import CODINGS, GREYS, big_endian, turned
from tests.support.reading import A4, box_of_picture, colour_at, notes, pictures_of, read, refusal, refused

pytestmark = pytest.mark.slow

CORNERS = ("red", "green", "blue", "white")


def seen(pdf: bytes, page: int = 0) -> tuple[str, ...]:
    """Colours of the four quarters of the picture on a page."""
    picture = pictures_of(pdf)[page]
    box = picture.convert("L").point([255 if value < 250 else 0 for value in range(256)]).getbbox()
    assert box is not None
    left, top, right, bottom = box
    shown = picture.crop((left, top, right, bottom))
    return tuple(colour_at(shown, x, y) for y in (0.25, 0.75) for x in (0.25, 0.75))


@pytest.mark.case("E04")
class TestCodings:
    @pytest.mark.parametrize("name", CODINGS)
    def test_each_shows_the_same_picture(self, name: str) -> None:
        found = read(*CODINGS[name])
        (page,) = pictures_of(found.pdf)
        assert page.size == pytest.approx(A4, abs=1)
        assert seen(found.pdf) == CORNERS or name in {"PNG alpha", "PNG palette alpha", "WebP alpha"}
        assert colour_at(page, 0.25, 0.45) == "red"
        assert colour_at(page, 0.75, 0.45) == "green"
        assert colour_at(page, 0.25, 0.55) == "blue"
        assert colour_at(page, 0.75, 0.55) == "white"
        assert notes(found) == {}

    @pytest.mark.parametrize("name", GREYS)
    def test_greys_and_black_on_white_are_pictures_too(self, name: str) -> None:
        (page,) = pictures_of(read(*GREYS[name]).pdf)
        assert colour_at(page, 0.75, 0.55) == "white"

    @pytest.mark.parametrize("name", CODINGS)
    def test_each_shows_the_same_when_it_is_made_smaller(self, name: str) -> None:
        """As a photo, 1 cm wide."""
        found = read(*CODINGS[name], conversion=Conversion((10.0, 10.0)))
        assert notes(found) == {"FIL-05": ()}
        assert seen(found.pdf) == CORNERS or "alpha" in name

    def test_16_bits_are_seen_as_the_first_8_of_them(self) -> None:
        ramp = Image.linear_gradient("L")
        (page,) = pictures_of(read(big_endian(ramp), "TIFF").pdf)
        greys = page.convert("L")
        assert [greys.getpixel((297, 421 + y)) for y in (-200, 0, 200)] == pytest.approx([33, 128, 223], abs=8)

    def test_a_fax_stays_small(self) -> None:
        fax = encoded(quadrants((1728, 2200)).convert("1"), "TIFF", compression="group4")
        assert len(read(fax, "TIFF").pdf) < 3 * len(fax) + 3000

    def test_numbers_without_a_scale_are_refused(self) -> None:
        assert refused(encoded(quadrants().convert("L").convert("F"), "TIFF"), "TIFF").code == "attachment-kind"


class TestSeveralPages:
    def test_every_page_of_a_tiff_is_a_page(self) -> None:
        others = [quadrants((200, 300)), quadrants((100, 100)).rotate(180)]
        found = read(encoded(quadrants(), "TIFF", save_all=True, append_images=others), "TIFF")
        assert found.pages == len(pictures_of(found.pdf)) == 3
        assert seen(found.pdf, 0) == seen(found.pdf, 1) == CORNERS
        assert colour_at(pictures_of(found.pdf)[2], 0.75, 0.6) == "red"

    @pytest.mark.parametrize(("kind", "name"), [("WEBP", "WebP"), ("PNG", "PNG")])
    def test_a_moving_picture_is_refused(self, kind: str, name: str) -> None:
        moving = encoded(quadrants(), kind, save_all=True, append_images=[quadrants().rotate(180)])
        assert refused(moving, name).code == "attachment-frames"

    def test_the_second_picture_of_a_telephone_is_left_out(self) -> None:
        first = encoded(quadrants(), "MPO", save_all=True, append_images=[quadrants().rotate(180)])
        found = read(first, "JPEG")
        assert (found.pages, seen(found.pdf)) == (1, CORNERS)
        assert len(found.pdf) < len(first)


@pytest.mark.case("E01")
class TestBroken:
    @pytest.mark.parametrize("name", ["JPEG", "JPEG progressive", "PNG", "PNG interlaced", "TIFF LZW", "WebP lossless"])
    @pytest.mark.parametrize("percent", [10, 50, 90])
    def test_what_is_cut_off_is_refused(self, name: str, percent: int) -> None:
        content, kind = CODINGS[name]
        assert refused(content[: len(content) * percent // 100], kind).code == "attachment-damaged"

    @pytest.mark.parametrize(
        ("name", "content", "code"),
        [
            ("a.jpg", b"", "attachment-empty"),
            ("a.jpg", b"plain text", "attachment-kind"),
            ("a.jpg", encoded(quadrants(), "PNG"), "attachment-kind"),
            ("a.jpg", b"\xff\xd8\xff\xd9", "attachment-damaged"),
        ],
    )
    def test_what_is_no_such_picture_is_refused(self, tmp_path: Path, name: str, content: bytes, code: str) -> None:
        assert refusal(tmp_path, name, content).code == code


@pytest.mark.case("E02")
class TestHuge:
    @pytest.mark.parametrize("size", [(13_000, 13_000), (60_000, 60_000)])
    @pytest.mark.process
    def test_is_refused_without_taking_the_memory(self, tmp_path: Path, size: tuple[int, int]) -> None:
        (tmp_path / "a.png").write_bytes(make_png_header(*size))
        script = (
            "import re, sys\n"
            "from pathlib import Path\n"
            "from pipeline.attachments.messages import LIMITS, Request\n"
            "from pipeline.attachments.library_limits import limit_libraries\n"
            "from pipeline.attachments.reader_tasks import run_task\n"
            "limit_libraries(LIMITS)\n"
            "answer = run_task(Request(Path(sys.argv[1]).read_bytes(), 'PNG'))\n"
            "most = re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text()).group(1)\n"
            "print(answer.code == 'attachment-pixels', int(most) // 1024)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, tmp_path / "a.png"], capture_output=True, text=True, check=True
        )
        refused, megabytes = done.stdout.split()
        assert refused == "True"
        assert int(megabytes) < 300

    def test_as_many_as_allowed_are_accepted_and_made_smaller(self) -> None:
        picture = Image.new("1", (7700, 7700), 1)
        picture.paste(0, (0, 0, 3850, 7700))
        found = read(encoded(picture, "PNG"), "PNG")
        assert notes(found) == {"FIL-05": ()}
        (page,) = pictures_of(found.pdf)
        assert (colour_at(page, 0.3, 0.5), colour_at(page, 0.7, 0.5)) == ("black", "white")


@pytest.mark.case("E03")
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WebP"])
def test_every_orientation_is_turned_upright(kind: str, orientation: int) -> None:
    found = read(turned(kind, orientation), kind)
    assert seen(found.pdf) == CORNERS


@pytest.mark.case("E06")
class TestMakers:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WebP"])
    @pytest.mark.parametrize("size", [(300, 200), (9000, 20)])
    def test_nothing_about_camera_and_place_comes_through(self, kind: str, size: tuple[int, int]) -> None:
        options = {"xmp": b"<x>CANARY</x>"} if kind in {"JPEG", "WebP"} else {}
        content = encoded(quadrants(size), kind.upper(), exif=exif_with_place(), **options)
        assert b"CANARY" in content
        found = read(content, kind)
        for word in (b"CANARY", b"CanaryPhone", b"Exif", b"GPS"):
            assert word not in found.pdf

    @pytest.mark.parametrize("kind", ["JPEG", "PNG"])
    def test_nor_what_lies_behind_the_end(self, kind: str) -> None:
        found = read(encoded(quadrants(), kind) + b"PK\x03\x04 CANARY", kind)
        assert b"CANARY" not in found.pdf

    def test_a_colour_profile_stays(self) -> None:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        with pikepdf.open(io.BytesIO(read(encoded(quadrants(), "JPEG", icc_profile=profile), "JPEG").pdf)) as pdf:
            (picture,) = [each for each in pdf.objects if isinstance(each, pikepdf.Stream) and "/Width" in each]
            assert picture.ColorSpace[0] == pikepdf.Name.ICCBased


@pytest.mark.case("E07")
class TestShapes:
    @pytest.mark.parametrize("dpi", [(0, 0), (1, 1), (20_000, 20_000), (72, 300)])
    @pytest.mark.parametrize("kind", ["JPEG", "PNG"])
    def test_what_a_file_says_of_its_resolution_does_not_matter(self, kind: str, dpi: tuple[int, int]) -> None:
        found = read(encoded(quadrants(), kind, dpi=dpi), kind)
        page, (left, _, right, _) = box_of_picture(found.pdf)
        assert page == pytest.approx(A4, abs=0.1)
        assert right - left == pytest.approx(538.58, abs=0.1)

    @pytest.mark.parametrize("size", [(1, 1), (1, 20_000), (20_000, 1), (3, 5)])
    def test_any_shape_stands_within_the_margins(self, size: tuple[int, int]) -> None:
        page, (left, bottom, right, top) = box_of_picture(read(make_picture("PNG", size), "PNG").pdf)
        assert page == pytest.approx(A4, abs=0.1)
        assert min(left, bottom, page[0] - right, page[1] - top) >= 28.3


@pytest.mark.case("E08")
@pytest.mark.parametrize("name", ["a.gif", "a.bmp", "a.svg", "a.avif", "a.docx", "a.jp2", "a.heic"])
def test_the_hint_for_other_kinds_lists_the_accepted_kinds(tmp_path: Path, name: str) -> None:
    error = refusal(tmp_path, name, b"whatever")
    assert error.code == "attachment-kind"
    assert "JPEG" in error.hint


class TestResolution:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WebP"])
    def test_a_picture_that_is_too_fine_is_downsampled_with_a_note(self, kind: str) -> None:
        content = encoded(quadrants((10_000, 400)), kind.upper())
        found = read(content, kind)
        assert notes(found) == {"FIL-05": ()}
        with pikepdf.open(io.BytesIO(found.pdf)) as pdf:
            (picture,) = [each for each in pdf.objects if isinstance(each, pikepdf.Stream) and "/Width" in each]
            assert picture.Width == round(190 / 25.4 * 600)
        assert seen(found.pdf) == CORNERS

    def test_what_is_not_stays_as_it_is(self) -> None:
        content = encoded(quadrants((4961, 400)), "JPEG")
        found = read(content, "JPEG")
        assert plain_jpeg(content) in found.pdf

    def test_a_small_print_may_be_as_fine(self) -> None:
        photo = encoded(quadrants((1063, 1063)), "JPEG", dpi=(600, 600))
        assert notes(read(photo, "JPEG", conversion=Conversion((45.0, 45.0)))) == {}
        large = encoded(quadrants((3000, 3000)), "JPEG")
        assert notes(read(large, "JPEG", conversion=Conversion((45.0, 45.0)))) == {"FIL-05": ()}


def arithmetic() -> bytes:
    """A JPEG that says that its data is arithmetic-coded. The data stands for another picture then."""
    return encoded(Image.new("L", (8, 8), 60), "JPEG").replace(b"\xff\xc0", b"\xff\xc9", 1)


def with_two_palettes() -> bytes:
    """A PNG of one colour: black, or white for readers that use the second palette."""
    content = encoded(Image.new("P", (8, 8)), "PNG")
    start = content.index(b"PLTE") - 4
    size = int.from_bytes(content[start : start + 4])
    white = b"PLTE" + b"\xff" * size
    return content[:start] + size.to_bytes(4) + white + zlib.crc32(white).to_bytes(4) + content[start:]


class TestTwoReaders:
    """pdfium draws the page; it must look as Pillow reads the file."""

    def test_a_coding_that_pdf_does_not_know_is_replaced(self) -> None:
        content = arithmetic()
        (page,) = pictures_of(read(content, "JPEG").pdf)
        with Image.open(io.BytesIO(content)) as picture:
            assert page.convert("L").getpixel((297, 421)) == pytest.approx(
                picture.resize((1, 1)).getpixel((0, 0)), abs=3
            )

    @pytest.mark.parametrize("kind", ["WEBP", "JPEG", "PNG"])
    @pytest.mark.parametrize("coarse", [Conversion(), Conversion(dpi=110, jpeg_quality=60)])
    def test_a_picture_of_few_pixels_loses_nothing(self, kind: str, coarse: Conversion) -> None:
        """On its page, it is so large that the losses of JPEG would be seen."""
        spots = Image.effect_mandelbrot((24, 24), (-2, -1.5, 1, 1.5), 100).quantize(3)
        spots.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
        content = encoded(spots.convert("RGB"), kind, quality=60)
        name = {"WEBP": "WebP"}.get(kind, kind)
        found = read(content, name, conversion=coarse).pdf
        assert found == read(content, name).pdf
        assert (b"/DCTDecode" in found) == (kind == "JPEG")

    def test_two_palettes_are_refused(self) -> None:
        problem = refused(with_two_palettes(), "PNG")
        assert (problem.code, "two palettes" in problem.message) == ("attachment-damaged", True)

    def test_another_picture_on_the_page_is_refused(self) -> None:
        proof = PictureProof()
        place = fill_page(300, 200, A4_POINTS)
        proof.add(quadrants(), place, pikepdf.Dictionary(ColorSpace=pikepdf.Name.DeviceRGB))
        proof.compare(read(encoded(quadrants(), "PNG"), "PNG").pictures)
        small = quadrants()
        small.paste("white", (20, 20, 26, 26))
        for other in (ImageOps.invert(quadrants()), quadrants().rotate(180), small):
            with pytest.raises(UnusableError, match="picture 1 of the file"):
                proof.compare(read(encoded(other, "PNG"), "PNG").pictures)


class TestPlainJpeg:
    def test_a_plain_picture_stays_byte_for_byte(self) -> None:
        for options in ({}, {"progressive": True}, {"optimize": True}, {"restart_marker_rows": 1}):
            content = encoded(quadrants(), "JPEG", **options)
            assert plain_jpeg(content) == content

    def test_the_pixels_stay_when_the_rest_goes(self) -> None:
        content = encoded(quadrants(), "JPEG", exif=exif_with_place(), comment="CANARY")
        plain = plain_jpeg(content)
        assert len(plain) < len(content)
        with Image.open(io.BytesIO(content)) as before, Image.open(io.BytesIO(plain)) as after:
            assert before.tobytes() == after.tobytes()

    def test_the_size_is_that_of_the_picture(self) -> None:
        assert sizes_of(encoded(quadrants((123, 45)), "JPEG")) == [(123, 45)]

    @pytest.mark.parametrize(
        "content", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe0\x00", b"\xff\xd8\xff\xda\x00\x02abc", b"\xff\xd8abc", b"GIF"]
    )
    def test_a_truncated_file_is_reported(self, content: bytes) -> None:
        with pytest.raises(BrokenJpegError):
            plain_jpeg(content)
