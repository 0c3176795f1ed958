"""Two readers of a PDF: a file that they read differently is refused, and no other one."""

from __future__ import annotations

import pypdfium2
import pytest

from pipeline.attachments.messages import FormRequest, Request
from pipeline.attachments.page_pictures import draw_supplied, looks_like
from pipeline.attachments.placement import Placement
from pipeline.attachments.read_paper import convert
from pipeline.attachments.second_reader import PageProof, compare_readers
from pipeline.errors import UnusableError
from tests.support.attachments import BLUE, RED, area, contents_seen_by_one, page_text, pdf_of
from tests.support.built import make_pdf
from tests.support.reading import read, refused

PLACE = Placement(0, 0, 595, 842)


def ruled(lines: int, width: float) -> bytes:
    """Rows and columns of a form on A3, drawn as lines."""
    columns = [f"{40 + 1110 * number / 10:.2f} 40 m {40 + 1110 * number / 10:.2f} 800 l S" for number in range(11)]
    rows = [
        f"40 {60 + 82 * row + 9 * line} m 1150 {60 + 82 * row + 9 * line} l S"
        for row in range(9)
        for line in range(lines)
    ]
    return f"{width} w ".encode() + " ".join(columns + rows).encode()


class TestComparison:
    @pytest.mark.parametrize(
        ("given", "size", "about"),
        [
            (pdf_of(page_text("the amount is 900000")), (595, 842), "text"),
            (pdf_of(page_text("amount")), (595, 842), "text"),
            (pdf_of(page_text("the amount is 100")), (500, 842), "size of a page"),
            (make_pdf(2), (595, 842), "number of pages"),
            (b"no PDF at all", (595, 842), "structure"),
            (pdf_of(page_text("the amount is 100") + b" 0 0 300 400 re f"), (595, 842), "picture of page 1"),
            (pdf_of(page_text("the amount is 100") + b" 300 400 40 9 re f"), (595, 842), "picture of page 1"),
        ],
    )
    def test_a_file_that_another_reader_reads_otherwise_is_refused(
        self, given: bytes, size: tuple[float, float], about: str
    ) -> None:
        honest = pdf_of(page_text("the amount is 100"))
        made = read(honest).pdf
        compare_readers(honest, None, made, [PageProof((595, 842), PLACE)])
        with pytest.raises(UnusableError, match=about):
            compare_readers(given, None, made, [PageProof(size, PLACE)])

    def test_every_page_is_compared_in_colour(self) -> None:
        pages = [area(BLUE)] * 3
        made = read(pdf_of(*pages, area(BLUE))).pdf
        with pytest.raises(UnusableError, match="picture of page 4"):
            compare_readers(pdf_of(*pages, area(RED)), None, made, [PageProof((595, 842), PLACE)] * 4)

    def test_content_that_only_one_reader_sees_is_refused(self) -> None:
        content, masked = contents_seen_by_one()
        assert "picture of page 1" in refused(masked).message
        assert read(content).pages == 1

    def test_so_it_is_in_a_form_that_is_filled(self) -> None:
        content, masked = contents_seen_by_one()
        assert convert(Request(content, form=FormRequest())).pages == 1
        with pytest.raises(UnusableError, match="picture of page 1"):
            convert(Request(masked, form=FormRequest()))


class TestFalseAlarm:
    @pytest.mark.parametrize("long", [900, 1500, 3000, 7600, 14000])
    @pytest.mark.parametrize("turn", [0, 90])
    def test_a_long_strip_looks_the_same_to_both(self, long: int, turn: int) -> None:
        """Such as a receipt, or a page of the web in one piece; its frame is half a pixel wide when it is small."""
        size = (200, long)
        frame = f"1 0 0 RG 4 w 2 2 196 {long - 4} re S 0 0 1 rg 0 0 20 20 re f ".encode()
        assert read(pdf_of(frame + page_text("total"), size=size, Rotate=turn)).pages == 1

    @pytest.mark.parametrize("width", [0, 0.5, 1.5])
    @pytest.mark.parametrize("lines", [1, 3])
    def test_a_large_form_with_thin_lines_is_accepted(self, lines: int, width: float) -> None:
        """Each line is a whole pixel wide in a small picture; where it falls depends on rounding."""
        assert read(pdf_of(ruled(lines, width), size=(1190.55, 841.89))).pages == 1

    def test_a_scan_as_large_as_its_page_is_accepted(self) -> None:
        lines = b" ".join(f"0 {y} 841.89 2 re f".encode() for y in range(0, 1190, 7))
        assert read(pdf_of(lines, size=(841.89, 1190.55))).pages == 1


class TestLooks:
    """A pixel may be as one beside it, because pdfium draws thin lines as whole pixels."""

    @staticmethod
    def look_alike(given: bytes, made: bytes) -> bool:
        one, other = (pypdfium2.PdfDocument(pdf_of(content)) for content in (given, made))
        return looks_like(other[0], draw_supplied(one[0], PLACE), PLACE.box)

    @staticmethod
    def line(left: float, colour: str = "0 0 0") -> bytes:
        return f"{colour} rg {left} 90 1.8 660 re f ".encode()

    def test_a_line_may_be_drawn_on_the_pixels_beside(self) -> None:
        assert self.look_alike(self.line(180), self.line(181.8))

    @pytest.mark.parametrize("left", [90, 183.6])
    def test_nowhere_else(self, left: float) -> None:
        assert not self.look_alike(self.line(180), self.line(left))

    @pytest.mark.parametrize("other", [b"", b"1 0 0 rg 180 90 1.8 660 re f "])
    def test_it_may_neither_be_lost_nor_added_nor_have_another_colour(self, other: bytes) -> None:
        assert not self.look_alike(self.line(180), other)
        assert not self.look_alike(other, self.line(180))

    def test_a_slight_change_of_a_large_part_is_seen(self) -> None:
        assert not self.look_alike(b"", b"0.88 1 1 rg 90 90 270 270 re f")

    def test_a_spot_of_noise_is_no_difference_and_a_short_stroke_is(self) -> None:
        """A pixel is 1.8 points wide; the scan of a photo, downsampled, has such spots."""
        assert self.look_alike(b"", b"0 0 0 rg 180.9 90.9 0.9 0.9 re f")
        assert not self.look_alike(b"", b"0 0 0 rg 180 90 1.8 9 re f")
