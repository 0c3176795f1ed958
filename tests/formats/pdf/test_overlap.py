"""Text on other text is found, whatever made it lie there."""

from __future__ import annotations

import pytest

from pipeline.documents.engines.office2pdf import Office2Pdf
from pipeline.formats.pdf.overlap import pages_with_overlaps
from tests.support.word_files import cell, paragraph, row, run, table, text, word_file

LONG = "a long text that needs more than one line in its narrow cell, and flows on"


@pytest.mark.parametrize(("rule", "pages"), [("exact", [1]), ("atLeast", [])])
def test_a_row_of_a_fixed_height_over_the_next(rule: str, pages: list[int]) -> None:
    height = f'<w:trHeight w:val="300" w:hRule="{rule}"/>'
    letter = word_file(table(row(cell(paragraph(LONG)), "b", properties=height), row("next row", "b")))
    assert pages_with_overlaps(Office2Pdf().convert(letter)) == pages


def test_text_beside_text_lies_on_nothing() -> None:
    raised = run(text("2"), '<w:vertAlign w:val="superscript"/>') + run(text(" slanted fjord"), "<w:i/>")
    letter = word_file(
        paragraph("offices, first ", more=raised) + paragraph(LONG * 5) + paragraph("患者は日本国内" * 30)
    )
    assert pages_with_overlaps(Office2Pdf().convert(letter)) == []
