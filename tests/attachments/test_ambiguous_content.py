"""Content that readers show differently, and that pdfium alone does not reveal: each is refused, with its page."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from pipeline.attachments.messages import FormRequest, Request
from pipeline.attachments.read_paper import convert
from pipeline.errors import UnusableError
from tests.attachments.test_pictures_in_pdf import pdf_with_picture
from tests.support.attachments import add_page, encoded, filled_form, page_text, pdf_of, quadrants
from tests.support.built import saved
from tests.support.reading import read, refused

SIZE = (80, 60)
GREYS = zlib.compress(quadrants(SIZE).convert("L").tobytes())
GREY: dict[str, Any] = {"ColorSpace": Name.DeviceGray}
INDICES = zlib.compress(bytes(column // 10 for _ in range(SIZE[1]) for column in range(SIZE[0])))
COLOURS = bytes(range(24))


def uncompressed(content: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.disable)


def with_key_again(content: bytes, entry: bytes, other: bytes) -> bytes:
    """The PDF with another value of an entry before it."""
    assert entry in content
    return content.replace(entry, other + b" " + entry, 1)


@pytest.mark.parametrize(
    ("entry", "other"),
    [
        (b"/Pages ", b"/Pages 1 0 R"),
        (b"/Pages ", b"/P#61ges 1 0 R"),
        (b"/Kids ", b"/Kids []"),
        (b"/Contents ", b"/Contents null"),
        (b"/Contents ", b"/Contents 1 0 R"),
        (b"/Resources ", b"/Resources <<>>"),
        (b"/F1 ", b"/F1 <<>>"),
        (b"/BaseFont ", b"/BaseFont /Courier"),
        (b"/MediaBox ", b"/MediaBox [0 0 9 9]"),
        (b"/Root ", b"/Root 2 0 R"),
    ],
)
def test_an_entry_that_is_there_twice_is_refused(entry: bytes, other: bytes) -> None:
    content = uncompressed(pdf_of(page_text("once"), Rotate=0))
    assert read(content).pages == 1
    problem = refused(with_key_again(content, entry, other))
    assert (problem.code, "twice" in problem.message) == ("attachment-disagreement", True)


def test_so_it_is_in_a_packed_object_and_in_a_form_that_is_filled() -> None:
    with pikepdf.new() as pdf:
        add_page(pdf, page_text("once"))
        pdf.Root.Marked = Dictionary(AAAA=1, BBBB=2)
        packed = saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=False)
    assert read(packed).pages == 1
    assert "twice" in refused(packed.replace(b"/BBBB", b"/AAAA")).message
    form = with_key_again(uncompressed(filled_form(name="A")), b"/Contents ", b"/Contents null")
    with pytest.raises(UnusableError, match="twice"):
        convert(Request(form, form=FormRequest()))


def segment(number: int, kind: int, data: bytes, page: int = 1) -> bytes:
    return struct.pack(">IBBBI", number, kind, 0, page, len(data)) + data


def jbig2(page: tuple[int, int], region: tuple[int, int] = SIZE) -> bytes:
    """The information on a page, and a region of it in the coding of a fax, as long as the white lines need."""
    info = segment(0, 48, struct.pack(">IIIIBH", *page, 0, 0, 0, 0))
    return info + segment(1, 38, struct.pack(">IIIIB", *region, 0, 0, 0) + b"\1" + b"\xff" * 20)


def jpeg_2000(size: tuple[int, int]) -> bytes:
    return encoded(quadrants(size), "JPEG2000")


def with_inner_size(content: bytes, size: tuple[int, int]) -> bytes:
    """JPEG 2000 whose code stream has another size than the box before it."""
    start = content.index(b"\xff\x4f\xff\x51") + 8
    return content[:start] + struct.pack(">II", *size) + content[start + 8 :]


def fax(**parameters: Any) -> dict[str, Any]:
    return {"BitsPerComponent": 1, **GREY, "DecodeParms": Array([Dictionary(K=-1, **parameters)])}


WHITE_FAX = b"\xff" * 20
LARGE = (60000, 60000)
JPEG = encoded(quadrants(SIZE), "JPEG")
ONE_BIT = {"BitsPerComponent": 1, **GREY}


def jpeg_header(size: tuple[int, int]) -> bytes:
    start = JPEG.index(b"\xff\xc0") + 5
    return JPEG[:start] + struct.pack(">HH", size[1], size[0]) + JPEG[start + 4 :]


class TestSizes:
    @pytest.mark.parametrize(
        ("raw", "filters", "entries"),
        [
            (JPEG, ["DCTDecode"], {}),
            (jpeg_2000(SIZE), ["JPXDecode"], {}),
            (jbig2(SIZE), ["JBIG2Decode"], ONE_BIT),
            (jbig2((80, 0xFFFFFFFF)), ["JBIG2Decode"], ONE_BIT),
            (WHITE_FAX, ["CCITTFaxDecode"], fax(Columns=80, Rows=60)),
            (WHITE_FAX, ["CCITTFaxDecode"], fax(Columns=80)),
        ],
        ids=["JPEG", "JPEG 2000", "JBIG2", "JBIG2 of no height", "fax", "fax without rows"],
    )
    def test_a_picture_of_one_size_is_taken(self, raw: bytes, filters: list[str], entries: dict[str, Any]) -> None:
        assert read(pdf_with_picture(raw, filters, SIZE, **entries)).pages == 1

    @pytest.mark.parametrize(
        ("raw", "filters", "entries"),
        [
            (jpeg_header((81, 60)), ["DCTDecode"], {}),
            (zlib.compress(jpeg_header((80, 59))), ["FlateDecode", "DCTDecode"], {}),
            (jpeg_2000((80, 61)), ["JPXDecode"], {}),
            (with_inner_size(jpeg_2000(SIZE), (90, 60)), ["JPXDecode"], {}),
            (jbig2((80, 70)), ["JBIG2Decode"], ONE_BIT),
            (WHITE_FAX, ["CCITTFaxDecode"], fax(Columns=88)),
            (WHITE_FAX, ["CCITTFaxDecode"], fax()),
            (WHITE_FAX, ["CCITTFaxDecode"], fax(Columns=80, Rows=600)),
        ],
        ids=["JPEG", "in Flate", "JPEG 2000", "inside JPEG 2000", "JBIG2", "fax", "fax by default", "rows"],
    )
    def test_another_size_than_the_pdf_says_is_refused(
        self, raw: bytes, filters: list[str], entries: dict[str, Any]
    ) -> None:
        problem = refused(pdf_with_picture(raw, filters, SIZE, **entries))
        assert problem.code == "attachment-disagreement"
        assert "the size of a picture on page 1" in problem.message

    @pytest.mark.parametrize(
        ("raw", "filters", "entries"),
        [
            (jpeg_header(LARGE), ["DCTDecode"], {}),
            (with_inner_size(jpeg_2000(SIZE), LARGE), ["JPXDecode"], {}),
            (jbig2(LARGE), ["JBIG2Decode"], ONE_BIT),
            (jbig2((60000, 0xFFFFFFFF), LARGE), ["JBIG2Decode"], ONE_BIT),
            (jbig2(SIZE, LARGE), ["JBIG2Decode"], ONE_BIT),
            (WHITE_FAX, ["CCITTFaxDecode"], fax(Columns=60000, Rows=60000)),
        ],
        ids=["JPEG", "inside JPEG 2000", "JBIG2", "JBIG2 of no height", "a region of JBIG2", "fax"],
    )
    def test_the_limit_of_pixels_is_for_the_data_too(
        self, raw: bytes, filters: list[str], entries: dict[str, Any]
    ) -> None:
        assert refused(pdf_with_picture(raw, filters, SIZE, **entries)).code == "attachment-pixels"

    def test_segments_that_pictures_share_count(self) -> None:
        with pikepdf.new() as pdf:
            shared = pdf.make_stream(segment(7, 38, struct.pack(">IIII", *LARGE, 0, 0)))
            parameters = Array([Dictionary(JBIG2Globals=shared)])
            content = pdf_with_picture(jbig2(SIZE), ["JBIG2Decode"], SIZE, **ONE_BIT)
            with pikepdf.open(io.BytesIO(content)) as made:
                made.pages[0].Resources.XObject.X.DecodeParms = made.copy_foreign(pdf.make_indirect(parameters))
                assert refused(saved(made)).code == "attachment-pixels"

    def test_a_coding_of_pictures_before_another_is_refused(self) -> None:
        content = pdf_with_picture(JPEG, ["DCTDecode", "FlateDecode"], SIZE)
        assert "the coding of a picture on page 1" in refused(content).message

    @pytest.mark.parametrize(("number", "count", "size"), [(4, 3, 1), (400, 300, 2), (70000, 300, 4)])
    def test_segments_that_refer_to_others_are_passed(self, number: int, count: int, size: int) -> None:
        """How many they are is in three bits, or in four bytes and a bit for each."""
        long = struct.pack(">I", 0xE0000000 | count) + bytes((count + 8) // 8)
        references = (bytes([count << 5]) if number == 4 else long) + bytes(count * size)
        raw = struct.pack(">IB", number, 0x40) + references + struct.pack(">II", 1, 3) + b"abc" + jbig2(LARGE)
        assert refused(pdf_with_picture(raw, ["JBIG2Decode"], SIZE, **ONE_BIT)).code == "attachment-pixels"


def second_page(change: Callable[[pikepdf.Pdf, Any], None], raw: bytes = GREYS, **entries: Any) -> bytes:
    """Two pages, the second with a picture that was changed."""
    content = pdf_with_picture(raw, ["FlateDecode"], SIZE, **entries)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        change(pdf, pdf.pages[0].Resources.XObject.X)
        add_page(pdf, page_text("first"))
        pdf.pages.insert(0, pdf.pages.p(2))
        del pdf.pages[2]
        return saved(pdf)


def indexed(largest: Any, base: Any = Name.DeviceRGB, *colours: Any) -> Array:
    return Array([Name.Indexed, base, largest, *(colours or (pikepdf.String(COLOURS),))])


class TestPalettes:
    @pytest.mark.parametrize("largest", [0, 7, 255])
    def test_a_palette_of_up_to_256_colours_is_taken(self, largest: int) -> None:
        assert read(second_page(lambda _, __: None, INDICES, ColorSpace=indexed(largest))).pages == 2

    @pytest.mark.parametrize(
        "space",
        [
            indexed(300),
            indexed(256),
            indexed(-1),
            indexed(7, indexed(7)),
            indexed(7, Name.Pattern),
            Array([Name.Indexed, Name.DeviceRGB, 7]),
        ],
    )
    def test_another_one_is_refused(self, space: Array) -> None:
        problem = refused(second_page(lambda _, __: None, INDICES, ColorSpace=space))
        assert problem.code == "attachment-disagreement"
        assert "on page 2" in problem.message

    def test_so_it_is_for_an_area(self) -> None:
        with pikepdf.new() as pdf:
            page = add_page(pdf, b"/C cs 7 sc 90 90 300 300 re f")
            page.obj.Resources.ColorSpace = Dictionary(C=Array([Name.Pattern, pdf.make_indirect(indexed(300))]))
            assert "colours of a picture or an area on page 1" in refused(saved(pdf)).message


def like(pdf: pikepdf.Pdf, picture: Any) -> Any:
    """Another picture that is the same."""
    other = pdf.make_stream(picture.read_bytes())
    for key in ("/Type", "/Subtype", "/Width", "/Height", "/ColorSpace", "/BitsPerComponent"):
        other[key] = picture[key]
    return other


def masked_by_itself(_: pikepdf.Pdf, picture: Any) -> None:
    picture.SMask = picture


def masked_by_each_other(pdf: pikepdf.Pdf, picture: Any) -> None:
    picture.SMask = like(pdf, picture)
    picture.SMask.SMask = picture


def cut_by_itself(_: pikepdf.Pdf, picture: Any) -> None:
    picture.Mask = picture


def masked_by_a_form(pdf: pikepdf.Pdf, picture: Any) -> None:
    picture.SMask = pdf.make_stream(b"", Dictionary(Subtype=Name.Form, BBox=Array([0, 0, 1, 1])))


class TestMasks:
    @pytest.mark.parametrize("change", [masked_by_itself, masked_by_each_other, cut_by_itself, masked_by_a_form])
    def test_a_mask_with_a_mask_and_one_that_is_no_picture_are_refused(
        self, change: Callable[[pikepdf.Pdf, Any], None]
    ) -> None:
        problem = refused(second_page(change, **GREY))
        assert problem.code == "attachment-disagreement"
        assert "transparent parts of a picture on page 2" in problem.message

    def test_a_picture_with_a_mask_is_taken(self) -> None:
        def change(pdf: pikepdf.Pdf, picture: Any) -> None:
            picture.SMask = like(pdf, picture)

        assert read(second_page(change, **GREY)).pages == 2
