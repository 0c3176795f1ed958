"""Tags as people type them: what only looks like one, what stands where nothing is filled, what cannot be read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pipeline.authoring.check.tag_typing import check_tag_typing
from pipeline.authoring.check.tags import read_tags
from pipeline.authoring.check.template import Job, check_template
from pipeline.errors import Problem
from pipeline.formats.word.docx_file import open_docx
from pipeline.formats.word.word_places import Part
from tests.support.built import make_docx, with_parts, with_text
from tests.support.template_checks import word_place

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def typed(*paragraphs: str) -> list[Problem]:
    return check_tag_typing(open_docx(make_docx(*paragraphs)), "letter.docx")


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("氏名 ｛｛ patient.name.chinese ｝｝", "tag-braces", "“｛｛” looks like a tag"),
        ("氏名 {｛ patient.name.chinese }}", "tag-braces", "“{｛” looks like a tag"),
        ("氏名 { { patient.name.chinese } }", "tag-braces", "“{ {” looks like a tag"),
        ("氏名 { patient.name.chinese }", "tag-braces", "“{ patient.name.chinese }” looks like a tag"),
        ("｛％ if companions ％｝", "tag-braces", "“｛％” looks like a tag"),
        ("{{ case_id }} and {{ case_id }｝", "tag-braces", "“}｝” looks like a tag"),
        ("{{ patient．name．chinese }}", "tag-sign", "the full-width character ．"),
        ("{{ patient.name｜surname_first }}", "tag-sign", "the full-width character ｜"),
        ("{{r patient.name.chinese }}", "tag-xml", "takes formatted text"),
        ("{{p patient.name.chinese }}", "tag-xml", "takes formatted text"),
        ("{% include 'other' %}", "tag-loads", "cannot use include"),
        ("{% from 'other' import x %}", "tag-loads", "cannot use from"),
        ("{% extends 'other' %}", "tag-loads", "cannot use extends"),
        ("{{ " + "1+" * 1000 + "1 }}", "tag-long", "more than 2,000 characters"),
        ("{% if case_id %}" * 16 + "{% endif %}" * 16, "tag-deep", "more than 15"),
    ],
)
def test_what_is_typed_wrongly_is_found_at_its_place(text: str, code: str, words: str) -> None:
    (finding,) = typed("before", text, "after")
    assert (finding.code, finding.severity) == (code, "error")
    assert words in finding.message
    place = word_place(finding)
    assert (place.part, place.paragraph) == ("body", 2)
    assert (place.before, place.after) == ("before", "after")


@pytest.mark.parametrize(
    "text",
    [
        "第一条（目的）｛備考｝ {note} 50 % ％",
        "{{ patient.sex|label(“sex”, ‘ja’) }} {{　case_id　}} {{ '（' ~ case_id ~ \"）\" }}",
        "{# 注意：この欄は（旅券）｛｛ のとおり #}",
        "{%p if companions %}",
        "{%tr for s in stays %}",
        "{{ {'a': {'b': 1}}['a'] }}",
        "{% set x = 1 %}" * 40,
        "{% if case_id %}{% endif %}" * 40,
    ],
)
def test_what_is_typed_rightly_is_not(text: str) -> None:
    assert typed(text) == []


def test_a_tag_over_two_paragraphs_is_one() -> None:
    (finding,) = typed("{{ patient", ".name.chinese }} ｛｛ x ｝｝")
    place = word_place(finding)
    assert (place.paragraph, place.before) == (2, "{{ patient")


ENDNOTE = "<w:endnote><w:p><w:r><w:t>see {{ case_id }}</w:t></w:r></w:p></w:endnote>"
ENDNOTES = f"<w:endnotes {W}>{ENDNOTE}</w:endnotes>"


def test_a_tag_where_nothing_is_filled() -> None:
    (finding,) = check_tag_typing(open_docx(with_parts(make_docx("x"), {"word/endnotes.xml": ENDNOTES.encode()})), "a")
    assert (finding.code, finding.severity) == ("tag-unfilled", "error")
    place = word_place(finding)
    assert (place.part, place.text) == ("word/endnotes.xml", "see {{ case_id }}")


def test_a_tag_in_the_properties_of_the_file() -> None:
    """docxtpl would fill the title, with a name that anybody sees who looks at the properties of the document."""
    spoilt = with_text(
        make_docx("x"), "<dc:creator>", "<dc:title>{{ case_id }}</dc:title><dc:creator>", "docProps/core.xml"
    )
    (finding,) = check_tag_typing(open_docx(spoilt), "a")
    assert finding.code == "tag-unfilled"
    assert word_place(finding).part == "docProps/core.xml"


def test_people_may_write_about_tags_in_a_comment() -> None:
    comment = (
        f"<w:comments {W}><w:comment><w:p><w:r><w:t>is {{{{ x }}}} right?</w:t></w:r></w:p></w:comment></w:comments>"
    )
    assert check_tag_typing(open_docx(with_parts(make_docx("x"), {"word/comments.xml": comment.encode()})), "a") == []


def test_what_cannot_be_read_is_not_read_further(tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    path.write_bytes(make_docx("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}"))
    found = [finding.code for finding in check_template(Job(str(path))).findings]
    assert found == ["tag-long", "not-tried"]


@pytest.mark.parametrize("text", ["{{" * 200_000, "{% if a " * 50_000, "{# " * 100_000, "{ " * 200_000])
def test_a_text_full_of_beginnings_is_read_once(text: str) -> None:
    """Such a file is refused, but the reading is fast all the same: a minute of it would be as good as no limit."""
    from docx import Document  # noqa: PLC0415 - for this one

    document = Document()
    document.add_paragraph(text)
    begun = time.process_time()
    read_tags(Part("word/document.xml", document.element))
    assert time.process_time() - begun < 5
