"""Tags that would take text or a table with them are refused, by a build as by a check."""

from __future__ import annotations

import pytest

from pipeline.formats.word.docx_file import open_docx
from pipeline.formats.word.rejections import WordFileError
from tests.support.word_files import PAGE, cell, paragraph, picture, row, run, table, text, word_file


def refused(body: str) -> list[tuple[str, str | None]]:
    """Code and paragraph of each reason for which a file with this body is rejected."""
    with pytest.raises(WordFileError) as error:
        open_docx(word_file(body))
    return [(problem.code, getattr(problem.place, "text", None)) for problem in error.value.problems]


IF, END = paragraph("{%p if costs %}"), paragraph("{%p endif %}")


@pytest.mark.parametrize(
    "words", ["Cost {{ costs.total_jpy }}{%p endif %}", "{%p else %}nothing{%p endif %}", "{#p x #} y"]
)
def test_a_tag_of_a_paragraph_beside_text(words: str) -> None:
    assert refused(IF + paragraph(words)) == [("template-tag-place", words)]


def test_a_tag_of_a_paragraph_beside_a_picture_or_the_end_of_a_section() -> None:
    drawn = paragraph("{%p if costs %}", more=run(picture()))
    ending = paragraph("{%p if costs %}", f"<w:sectPr>{PAGE}</w:sectPr>")
    assert refused(drawn + END) == refused(ending + END) == [("template-tag-place", "{%p if costs %}")]


def test_a_tag_of_a_row_or_a_cell_beside_text() -> None:
    beside = table(row("{%tr for stay in stays %}", "lost"), row("a", "b"), row("{%tr endfor %}", ""))
    assert refused(beside) == [("template-tag-place", "{%tr for stay in stays %}")]
    in_cell = table(row(cell(paragraph("{%tc if costs %}") + paragraph("lost")), "x", "{%tc endif %}"))
    assert refused(in_cell) == [("template-tag-place", "{%tc if costs %}")]


@pytest.mark.parametrize("tag", ["{% if costs -%}", "{%- endif %}", "{%- if costs -%}"])
def test_a_mark_that_merges_paragraphs(tag: str) -> None:
    assert refused(paragraph(tag) + table(row("a", "b"))) == [("template-tag-mark", tag)]


@pytest.mark.parametrize(
    "body",
    [
        IF + paragraph("text") + END,
        paragraph(more=run(text("{%p i")) + run(text("f costs %} "))) + END,
        table(row("{%tr for stay in stays %}", ""), row("a", "b"), row("{%tr endfor %}", "")),
        table(row("{%tc if costs %}", "x", "{%tc endif %}")),
        paragraph("{% if costs %}-{% endif %} {{ -1 }} {{- 1 -}} 50 %- %"),
    ],
)
def test_what_stands_where_it_belongs_is_accepted(body: str) -> None:
    assert open_docx(word_file(body))
