"""No text of a filled Word file is missing from its pages: counted by occurrence, fixed text as well as values."""

from __future__ import annotations

import pytest

from pipeline.documents.engines.office2pdf import Office2Pdf
from pipeline.documents.proof.lost_text import find_lost, find_unwritten
from pipeline.formats.pdf.reading import read_pages
from pipeline.formats.word.docx_file import open_docx, parse_filled
from pipeline.formats.word.page_text import shown_texts
from pipeline.formats.zip_archive import read_parts
from tests.support.word_files import cell, field, paragraph, reference, row, run, table, text, word_file

MANY = "".join(paragraph(f"line {number} of the letter") for number in range(60))


def lost(file: bytes, drawn: bytes | None = None) -> list[str]:
    """The places whose text the pages lack, if the engine draws another file in place of this one."""
    return [
        place.describe()
        for place in find_lost(parse_filled(read_parts(file)), read_pages(Office2Pdf().convert(drawn or file)))
    ]


def test_nothing_is_lost_of_what_is_drawn() -> None:
    letter = word_file(
        paragraph("Fi\ufb01 ﾊﾝｶｸ ２０２６ 03\u201108")
        + paragraph(more=run(text("small"), "<w:caps/>"))
        + MANY
        + paragraph("the quick brown fox jumps over the lazy dog " * 30, '<w:jc w:val="both"/>')
        + table(*(row("heading", "b", properties="<w:tblHeader/>"), *(row(f"a{n}", f"b{n}") for n in range(60)))),
        reference("header", "header1") + reference("footer", "footer1"),
        header1=paragraph("head"),
        footer1=paragraph("page ", more=field("PAGE", "999") + run(text(" of ")) + field("NUMPAGES", "999")),
    )
    assert lost(letter) == []


@pytest.mark.parametrize(
    ("kept", "all_of_it", "place"),
    [
        ([], ["the fixed words"], "body, paragraph 2"),
        (["yes"], ["yes", "yes"], "body, paragraph 2"),
        (["a yes b"], ["a yes b", "yes"], "body, paragraph 3"),
        (["the fixed wor"], ["the fixed words"], "body, paragraph 2"),
    ],
)
def test_a_text_that_stands_elsewhere_too_is_missed(kept: list[str], all_of_it: list[str], place: str) -> None:
    drawn, file = (word_file(paragraph("first") + "".join(map(paragraph, words))) for words in (kept, all_of_it))
    assert place in lost(file, drawn)
    assert lost(drawn, file) == []


def test_one_lost_character_is_missed_although_the_rest_is_in_parts() -> None:
    file, drawn = (word_file(paragraph(words)) for words in ("number 1234567 ends", "number 123 567 ends"))
    assert lost(file, drawn) == ["body, paragraph 1"]


def test_a_column_beyond_the_edge_of_the_paper_is_missed() -> None:
    wide = word_file(table(row("a", "b", "third column"), columns=(5000, 5000, 4000)) + paragraph("end"))
    assert lost(wide) == ["body, table 1, row 1, column 3, paragraph 3"]


def test_the_header_of_each_page_counts() -> None:
    section = reference("header", "header1")
    other = section + reference("header", "header2", "first") + "<w:titlePg/>"
    file = word_file(MANY, section, header1=paragraph("head"))
    drawn = word_file(MANY, other, header1=paragraph("head"), header2=paragraph("other"))
    assert lost(file, drawn) == ["header 1, paragraph 1"]


def test_the_header_of_page_two_is_not_missed_on_a_letter_of_one_page() -> None:
    section = reference("header", "header1") + reference("header", "header2", "first") + "<w:titlePg/>"
    letter = word_file(paragraph("short"), section, header1=paragraph("later pages"), header2=paragraph("first page"))
    assert lost(letter) == []
    assert lost(letter, word_file(paragraph("short"))) == ["header 2, paragraph 1"]


def shown(body: str, **parts: str) -> list[str]:
    docx = open_docx(word_file(body, **parts))
    return [piece for one in shown_texts(docx, 1) for piece in one.pieces]


def test_what_a_page_does_not_show_is_not_expected() -> None:
    hidden = run(text("hidden"), "<w:vanish/>")
    old = f"<mc:AlternateContent><mc:Fallback>{paragraph('old')}</mc:Fallback></mc:AlternateContent>"
    first = cell(paragraph("a"), '<w:vMerge w:val="restart"/>')
    covered = row(first, "b") + row(cell(paragraph("covered"), "<w:vMerge/>"), "c")
    body = paragraph("seen", more=hidden + field("PAGE", "9") + run(old)) + table(covered)
    assert shown(body, footnotes='<w:footnote w:id="7"><w:p><w:r><w:t>not marked</w:t></w:r></w:p></w:footnote>') == [
        *("seen", "a", "b", "c"),
    ]


def test_a_printed_value_is_in_the_text_or_in_a_setting_of_the_file() -> None:
    file = word_file(paragraph("in ", more=run(text("two runs"))) + table(row("a", "b")))
    assert find_unwritten(parse_filled(read_parts(file)), ["in two runs", "lost words", "3000"]) == ["lost words"]


def test_a_korean_letter_after_a_syllable_of_another_text_is_found() -> None:
    file = word_file(paragraph("\ub450") + paragraph("\u11b0"))
    assert find_unwritten(parse_filled(read_parts(file)), ["\ub450", "\u11b0"]) == []
