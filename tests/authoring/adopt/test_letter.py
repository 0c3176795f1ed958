"""A hospital's plain letter becomes a template: set right where that is certain, with tags for the values of a case."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt, Twips

from pipeline.authoring.adopt.letter import adopt_letter
from pipeline.authoring.adopt.values import printed_values
from pipeline.case.load import load_case
from pipeline.documents.context import document_context
from pipeline.errors import InputError, TemplateError
from pipeline.formats.word.text import read_word
from tests.support.cases import AS_OF, EXAMPLES
from tests.support.template_checks import check_here, word_place

NAMES = document_context(load_case(EXAMPLES / "wang-xiaoming" / "case.json").case, AS_OF)


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """As Word makes one: on US paper, in fonts of Windows, with the author's name; one name in two runs."""
    document = Document()
    normal = document.styles["Normal"]
    normal.font.name = "Calibri"
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "ＭＳ 明朝")
    document.core_properties.author = "Dr Tanaka"
    document.add_paragraph("紹介状")
    named = document.add_paragraph("患者氏名：王晓")
    named.add_run("明").bold = True
    named.add_run("（WANG XIAOMING）様")
    document.add_paragraph("生年月日：1992年3月14日　旅券 EJ0123456")
    document.add_paragraph("検査", style="List Number").paragraph_format.line_spacing = Pt(12)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "氏名", "王晓明"
    document.add_paragraph("中文段落").runs[0]._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "SimSun")
    path = tmp_path / "letter.docx"
    document.save(str(path))
    return path


@pytest.mark.slow
def test_the_result_passes_the_check_and_prints_the_values_of_the_case(letter: Path, tmp_path: Path) -> None:
    before = letter.read_bytes()
    adopted = adopt_letter(letter, NAMES)
    assert letter.read_bytes() == before
    paragraphs = read_word(adopted.content).paragraphs
    assert "患者氏名：{{ patient.name.chinese }}（{{ patient.name|surname_first }}）様" in paragraphs
    assert "生年月日：{{ patient.birth_date|date_ja }}　旅券 {{ patient.passport.number }}" in paragraphs
    assert [tag.place for tag in adopted.tags][-1] == "body, table 1, row 1, column 2"
    template = tmp_path / "adopted.docx"
    template.write_bytes(adopted.content)
    findings = [finding for finding in check_here(template) if finding.severity != "info"]
    assert [(one.code, word_place(one).text) for one in findings] == [("engine-line-spacing", "検査")]  # in a list


def test_the_table_says_what_was_done(letter: Path) -> None:
    steps = dict(adopt_letter(letter).steps)
    assert steps["fonts"] == "Calibri, Courier, SimSun, Symbol, ＭＳ 明朝 replaced by Noto Sans CJK"
    assert steps["line spacing"] == "set in 7 paragraphs"
    assert steps["paper"] == "the paper was not A4"
    assert steps["tables"] == "fixed columns in 1 table; 1 table made as wide as the text"
    assert "names of authors" in steps["metadata"]
    assert steps["tags"] == "nothing to change"


def test_what_is_removed_is_nowhere_in_the_file(letter: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(adopt_letter(letter).content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert not any(name.startswith(("customXml/", "docProps/thumbnail")) for name in parts)
    assert [name for name, part in parts.items() if b"Tanaka" in part or b"thumbnail" in part] == []
    assert b'w:eastAsia="Noto Sans CJK SC"' in parts["word/document.xml"]


def test_a_letter_that_was_adopted_has_nothing_to_change(letter: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.docx"
    again.write_bytes(adopt_letter(letter).content)
    assert {how for _, how in adopt_letter(again).steps} == {"nothing to change"}


def test_a_table_that_is_wider_than_the_text_on_a4_becomes_narrower(tmp_path: Path) -> None:
    """As wide as the text on US paper, it would reach into the margin; another one fits."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.left_margin, section.right_margin = Twips(12240), Twips(1440), Twips(1440)
    for widths in ((3120, 6240), (2000, 3000)):
        table = document.add_table(1, 2)
        table.autofit = False
        for width in table._tbl.tblPr.iter(qn("w:tblW")):
            width.attrib.update({qn("w:type"): "dxa", qn("w:w"): str(sum(widths))})
        for column, width in zip(table._tbl.tblGrid, widths, strict=True):
            column.set(qn("w:w"), str(width))
        document.add_paragraph()
    path = tmp_path / "letter.docx"
    document.save(str(path))
    adopted = adopt_letter(path)
    assert dict(adopted.steps)["tables"] == "1 table made as wide as the text"
    for table, widths in zip(Document(io.BytesIO(adopted.content)).tables, ((3008, 6017), (2000, 3000)), strict=True):
        assert [column.get(qn("w:w")) for column in table._tbl.tblGrid] == [str(width) for width in widths]
        assert [cell.get(qn("w:w")) for cell in table._tbl.iter(qn("w:tcW"))] == [str(width) for width in widths]
        assert [one.get(qn("w:w")) for one in table._tbl.iter(qn("w:tblW"))] == [str(sum(widths))]


def test_a_value_inside_a_tag_is_not_replaced_again(tmp_path: Path) -> None:
    names = {"first": "patient.name", "second": "first", "third": "second"}
    assert list(printed_values(names)) == ["patient.name", "second", "first"]
    path = tmp_path / "letter.docx"
    document = Document()
    document.add_paragraph("patient.name first second first")
    document.save(str(path))
    assert read_word(adopt_letter(path, names).content).paragraphs == (
        "{{ first }} {{ second }} {{ third }} {{ second }}",
    )


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        adopt_letter(tmp_path / "none.docx")
    (tmp_path / "letter.docx").write_bytes(b"%PDF-1.7")
    with pytest.raises(TemplateError) as error:
        adopt_letter(tmp_path / "letter.docx")
    assert error.value.problems[0].file == str(tmp_path / "letter.docx")
