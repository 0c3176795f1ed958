"""Pictures inside PDFs: what they say of their size is not believed, and they can be made coarser."""

from __future__ import annotations

import io
import zlib
from dataclasses import replace
from typing import Any

import pikepdf
import pytest
from PIL import Image

from pipeline.attachments.messages import LIMITS, Conversion
from tests.support.attachments import add_page, encoded, exif_with_place, quadrants
from tests.support.built import saved
from tests.support.reading import read, refused

pytestmark = pytest.mark.slow


def pdf_with_picture(raw: bytes, filters: list[str], size: tuple[int, int], **entries: Any) -> bytes:
    """A page with a picture of that coding, said to be of that size."""
    with pikepdf.new() as pdf:
        page = add_page(pdf, b"q 200 0 0 200 100 400 cm /X Do Q")
        picture = pikepdf.Stream(pdf, raw)
        picture.Type, picture.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        picture.Width, picture.Height = size
        picture.ColorSpace, picture.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
        picture.Filter = pikepdf.Array([pikepdf.Name(f"/{name}") for name in filters])
        for key, value in entries.items():
            picture[f"/{key}"] = value
        page.obj.Resources.XObject = pikepdf.Dictionary(X=picture)
        return saved(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


JPEG = encoded(quadrants((200, 200)), "JPEG")
JPEG_2000 = encoded(quadrants((200, 200)), "JPEG2000")
FEW = replace(LIMITS, pixels=30_000)


class TestPicturesInside:
    @pytest.mark.parametrize(
        ("raw", "filters"),
        [
            (JPEG, ["DCTDecode"]),
            (zlib.compress(JPEG), ["FlateDecode", "DCTDecode"]),
            (zlib.compress(zlib.compress(JPEG)), ["FlateDecode", "FlateDecode", "DCTDecode"]),
            (JPEG_2000, ["JPXDecode"]),
            (zlib.compress(quadrants((200, 200)).tobytes()), ["FlateDecode"]),
        ],
        ids=["JPEG", "in Flate", "in Flate twice", "JPEG 2000", "Flate"],
    )
    def test_the_picture_itself_says_how_large_it_is(self, raw: bytes, filters: list[str]) -> None:
        assert read(pdf_with_picture(raw, filters, (200, 200))).pages == 1
        for said in ((200, 200), (10, 10)):
            content = pdf_with_picture(raw, filters, said)
            if said == (200, 200) or filters != ["FlateDecode"]:
                assert refused(content, limits=FEW).code == "attachment-pixels"

    @pytest.mark.parametrize("filters", [["DCTDecode"], ["DCT"], ["FlateDecode", "DCTDecode"]])
    def test_a_coding_that_pdf_does_not_know_is_refused(self, filters: list[str]) -> None:
        arithmetic = JPEG.replace(b"\xff\xc0", b"\xff\xc9", 1)
        raw = zlib.compress(arithmetic) if len(filters) > 1 else arithmetic
        problem = refused(pdf_with_picture(raw, filters, (200, 200)))
        assert (problem.code, "coding" in problem.message) == ("attachment-damaged", True)

    @pytest.mark.parametrize("filters", [["DCTDecode"], ["DCT"], ["FlateDecode", "DCTDecode"]])
    def test_the_data_of_a_camera_is_removed_whatever_is_around_it(self, filters: list[str]) -> None:
        taken = encoded(quadrants((200, 200)), "JPEG", exif=exif_with_place(1))
        raw = zlib.compress(taken) if len(filters) > 1 else taken
        assert b"Exif" in taken
        with pikepdf.open(io.BytesIO(read(pdf_with_picture(raw, filters, (200, 200))).pdf)) as pdf:
            [picture] = [each for each in pdf.objects if isinstance(each, pikepdf.Stream) and "/Width" in each]
            assert picture.Filter == pikepdf.Name.DCTDecode
            assert b"Exif" not in picture.read_raw_bytes()

    def test_parameters_of_filters_before_a_coding_count(self) -> None:
        rows = b"".join(b"\2" + JPEG[start : start + 10].ljust(10, b"\0") for start in range(0, len(JPEG), 10))
        parameters = pikepdf.Array([pikepdf.Dictionary(Predictor=15, Columns=10), None])
        content = pdf_with_picture(
            zlib.compress(rows), ["FlateDecode", "DCTDecode"], (200, 200), DecodeParms=parameters
        )
        assert refused(content).code in {"attachment-damaged", "attachment-disagreement"}

    def test_a_jpeg_that_is_cut_off_is_refused(self) -> None:
        content = pdf_with_picture(JPEG[: len(JPEG) // 2], ["DCTDecode"], (200, 200))
        assert refused(content).code == "attachment-damaged"


@pytest.mark.timeout(180)
@pytest.mark.parametrize("inside", [True, pytest.param(False, marks=pytest.mark.soak)])
def test_the_most_pixels_fit_into_the_memory(*, inside: bool) -> None:
    """In a PDF and as a picture, in the coding that needs the most memory to decode."""
    size = (8_900, 6_700)
    assert size[0] * size[1] < LIMITS.pixels
    content = encoded(Image.new("CMYK", size, (0, 200, 90, 9)), "JPEG", progressive=True)
    if not inside:
        assert read(content, "JPEG", apart=True).pages == 1
        return
    pdf = pdf_with_picture(content, ["DCTDecode"], size, ColorSpace=pikepdf.Name.DeviceCMYK)
    assert read(pdf, apart=True).pages == 1


class TestCoarser:
    def test_pictures_inside_become_coarser_and_the_rest_stays(self) -> None:
        noise = Image.effect_noise((2400, 2400), 60).convert("RGB")
        content = pdf_with_picture(encoded(noise, "JPEG", quality=92), ["DCTDecode"], (2400, 2400))
        found = read(content, conversion=Conversion(dpi=100, jpeg_quality=60))
        assert len(found.pdf) < len(content) / 3
        with pikepdf.open(io.BytesIO(found.pdf)) as pdf:
            [picture] = [each for each in pdf.objects if isinstance(each, pikepdf.Stream) and "/Width" in each]
            assert (int(picture.Width), picture.Filter) == (round(841.89 / 72 * 100), pikepdf.Name.DCTDecode)

    @pytest.mark.parametrize("entries", [{"Decode": [1, 0, 1, 0, 1, 0]}, {"Mask": [250, 255, 250, 255, 250, 255]}])
    def test_what_needs_its_exact_values_stays(self, entries: dict[str, list[int]]) -> None:
        raw = zlib.compress(Image.effect_noise((400, 400), 60).convert("RGB").tobytes())
        lists = {key: pikepdf.Array(value) for key, value in entries.items()}
        found = read(
            pdf_with_picture(raw, ["FlateDecode"], (400, 400), **lists), conversion=Conversion(dpi=20, jpeg_quality=60)
        )
        assert len(found.pdf) > len(raw) * 0.9

    def test_a_palette_becomes_colours(self) -> None:
        picture = Image.effect_noise((400, 400), 60)
        table = pikepdf.Array([pikepdf.Name.Indexed, pikepdf.Name.DeviceRGB, 255, bytes(range(256)) * 3])
        content = pdf_with_picture(zlib.compress(picture.tobytes()), ["FlateDecode"], (400, 400), ColorSpace=table)
        found = read(content, conversion=Conversion(dpi=20, jpeg_quality=60))
        with pikepdf.open(io.BytesIO(found.pdf)) as pdf:
            [picture_made] = [each for each in pdf.objects if isinstance(each, pikepdf.Stream) and "/Width" in each]
            assert picture_made.ColorSpace == pikepdf.Name.DeviceRGB
