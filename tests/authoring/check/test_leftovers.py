"""What a template has only because nobody removed it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.authoring.check.leftovers import PLACEHOLDERS, check_leftovers
from pipeline.formats.word.docx_file import open_docx
from pipeline.formats.word.text import read_word
from tests.support.cases import ROOT
from tests.support.template_checks import check_here, word_place
from tests.support.word_files import paragraph, picture, run, word_file


def found(content: bytes) -> list[tuple[str, int | None]]:
    problems = check_leftovers(open_docx(content), "letter.docx")
    return [(problem.code, word_place(problem).paragraph) for problem in problems]


def test_every_placeholder_is_in_the_starter() -> None:
    text = "\n".join(read_word((ROOT / "templates" / "starter.docx").read_bytes()).paragraphs)
    assert [words for words in PLACEHOLDERS if words not in text] == []


def test_a_placeholder_that_is_left() -> None:
    assert found(word_file(paragraph("招へい理由書") + paragraph("書面の題名"))) == [("placeholder-left", 2)]


@pytest.mark.parametrize(("size", "expected"), [("6120000", []), ("6200000", [("picture-size", 1)])])
def test_a_picture_that_is_wider_than_the_text(size: str, expected: list[tuple[str, int]]) -> None:
    """The text of the page is 9638 twentieths of a point wide."""
    drawn = picture().replace('<wp:extent cx="720000"', f'<wp:extent cx="{size}"')
    assert found(word_file(paragraph(more=run(drawn)))) == expected


def test_a_passport_number_and_a_day_that_are_typed_in_are_found_as_in_a_build(tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    path.write_bytes(word_file(paragraph("{{ patient.name.chinese }} EJ7654321") + paragraph("on 3 May 2024")))
    problems = [problem for problem in check_here(path) if problem.code == "FRM-08"]
    assert len(problems) == 2
    assert not any("EJ7654321" in problem.message for problem in problems)
