"""Vertical borders of the engine office2pdf are as long as the row, and a table that goes on has a line at its end."""

from __future__ import annotations

import io

import pikepdf
import pytest

from pipeline.documents.engines.cell_borders import complete_borders
from pipeline.documents.engines.engine import load_engine
from pipeline.documents.engines.side_marks import MARK_IN_PDF, mark_sides
from tests.support.pages import pictures
from tests.support.word_files import cell, paragraph, row, table, word_file

pytestmark = pytest.mark.slow

_DPI = 100
_DARK = 140
#: Dots: no row is as short.
_SHORT = 15
_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")


def left_border(content: str) -> list[bool]:
    """Whether the left border has ink, dot by dot from the first to the last."""
    pdf = load_engine("office2pdf").convert(word_file(content))
    grey = pictures(pdf, _DPI)[0].convert("L")
    columns = [[grey.getpixel((x, y)) < _DARK for y in range(grey.height)] for x in range(grey.width // 2)]  # type: ignore[operator] # a grey is a number
    border = next(column for column in columns if sum(column) > _SHORT)
    return border[border.index(True) : len(border) - border[::-1].index(True)]


@pytest.mark.parametrize(
    "rows",
    [
        [row("a", "b")],
        [row("a", "b"), row(cell(paragraph("a") * 3), "b"), row("a", "b")],
        [row(cell(paragraph("word " * 60)), "b")],
        [row("a", "b", properties='<w:trHeight w:val="1200"/>')],
        [row(cell(paragraph(), f"<w:vMerge{more}/>"), "b") for more in (' w:val="restart"', "", "", "")],
    ],
    ids=["one line", "paragraphs", "wrapped", "height", "merged"],
)
def test_a_vertical_border_has_no_gap(rows: list[str]) -> None:
    assert all(left_border(table(*rows)))


def test_a_page_without_gaps_stays_as_it_is() -> None:
    pdf = load_engine("office2pdf").convert(word_file(table(row("a", "b"), row("c", "d")) + paragraph("e")))
    assert complete_borders(pdf) is pdf


def lowest_lines(content: str) -> list[bool]:
    """Whether the lowest ink of a table is a line, for each page on which the table begins or ends."""
    pages = pictures(load_engine("office2pdf").convert(word_file(content)), _DPI)
    assert len(pages) > 1
    inked = [page.convert("L").point([255] * _DARK + [0] * (256 - _DARK)) for page in pages]
    lowest = [page.getbbox()[3] - 1 for page in inked]  # type: ignore[index] # a page has ink
    rows = [page.crop((0, y, page.width, y + 1)) for page, y in zip(inked, lowest, strict=True)]
    return [sum(row.histogram()[1:]) > row.width // 3 for row in rows]


def long_table(*sides: str, heading: str = "", kind: str = "single", cells: str = "") -> str:
    """A table of several pages with lines at these sides; ``heading`` and ``cells`` are properties of its first row."""
    first = row(cell(paragraph("a"), cells), cell(paragraph("b"), cells), properties=heading)
    borders = "".join(f'<w:{side} w:val="{kind if side in sides else "nil"}" w:sz="6"/>' for side in _SIDES)
    whole = table(first, *(row("a", "b") for _ in range(60)))
    start, end = whole.index("<w:tblBorders>"), whole.index("</w:tblBorders>")
    return whole[:start] + "<w:tblBorders>" + borders + whole[end:]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (long_table(*_SIDES), True),
        (long_table(*_SIDES, heading="<w:tblHeader/>"), True),
        (long_table("top", "bottom", "insideH"), True),
        (long_table("top", "bottom", "insideH", "insideV", kind="double"), True),
        (table(*(row(cell(paragraph("a") * 2, '<w:vMerge w:val="restart"/>'), "b") for _ in range(60))), True),
        (
            long_table("top", heading="<w:tblHeader/>", cells='<w:tcBorders><w:bottom w:val="single"/></w:tcBorders>'),
            False,
        ),
        (long_table(), False),
    ],
    ids=["all", "heading", "between rows", "no sides", "merged", "below the heading", "none"],
)
def test_a_table_that_goes_on_has_a_line_below_its_last_row_if_it_has_lines_between_rows(
    content: str, *, lines: bool
) -> None:
    assert set(lowest_lines(content)) == {lines}


def test_the_marks_by_which_the_end_of_a_table_is_found_are_not_on_the_page() -> None:
    docx = word_file(long_table("insideH"))
    assert mark_sides(docx)
    with pikepdf.open(io.BytesIO(load_engine("office2pdf").convert(docx))) as opened:
        assert not any(MARK_IN_PDF in page.Contents.read_bytes() for page in opened.pages)
