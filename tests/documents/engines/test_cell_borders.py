"""Vertical borders of the engine office2pdf are as long as the row."""

from __future__ import annotations

import pytest

from pipeline.documents.engines.cell_borders import close_gaps
from pipeline.documents.engines.engine import load_engine
from tests.support.pages import pictures
from tests.support.word_files import cell, paragraph, row, table, word_file

_DPI = 100
_DARK = 140
#: Dots: no row is as short.
_SHORT = 15


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
    assert close_gaps(pdf) is pdf
