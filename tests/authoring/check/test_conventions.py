"""Fonts and conventions: what makes the page look different from machine to machine."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from docx import Document
from PIL import Image

from pipeline.authoring.check.conventions import check_conventions
from pipeline.authoring.check.fonts_used import check_fonts
from pipeline.authoring.check.template_languages import find_languages
from pipeline.errors import Problem
from pipeline.formats.word.docx_file import open_docx
from pipeline.formats.word.parts import MAIN_PART
from pipeline.formats.word.unsupported import unsupported_problems
from tests.support.built import make_docx, with_parts, with_text
from tests.support.cases import ROOT
from tests.support.template_checks import word_place

pytestmark = pytest.mark.slow

LETTER = (ROOT / "templates" / "short-term-visit" / "invitation-letter.docx").read_bytes()
SHIPPED = sorted((ROOT / "templates").rglob("*.docx"))
STYLES, FOOTER = "word/styles.xml", "word/footer1.xml"
#: A cell of the table of the inviting party.
NAME = "機関名・代表者"


def look(content: bytes) -> list[Problem]:
    docx = open_docx(content)
    unsupported = unsupported_problems(docx, "office2pdf")
    return [*check_fonts(docx, "letter.docx"), *unsupported, *check_conventions(docx, "letter.docx")]


def codes(content: bytes) -> list[str]:
    return [finding.code for finding in look(content)]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_shipped_templates_keep_every_convention(path: Path) -> None:
    assert look(path.read_bytes()) == []


def run_with(properties: str, text: str = "text") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def beside(xml: str) -> bytes:
    """The letter with ``xml`` behind the run that says NAME."""
    return with_text(LETTER, f"{NAME}</w:t></w:r>", f"{NAME}</w:t></w:r>{xml}")


FONT = '<w:rFonts w:ascii="{0}" w:hAnsi="{0}" w:eastAsia="{0}"/>'
SC, ARIAL = FONT.format("Noto Sans CJK SC"), FONT.format("Arial")
ZH = '<w:lang w:val="zh-CN" w:eastAsia="zh-CN"/>'
HID = '<w:style w:type="character" w:styleId="Hid"><w:name w:val="Hid"/><w:rPr><w:vanish/></w:rPr></w:style></w:styles>'
TABLE = "<w:tbl><w:tblPr>{}</w:tblPr>{}<w:tr><w:tc>{}<w:p/></w:tc></w:tr></w:tbl>"
FIXED, GRID = '<w:tblLayout w:type="fixed"/>', '<w:tblGrid><w:gridCol w:w="900"/></w:tblGrid>'
WIDE = '<w:tcPr><w:tcW w:w="900" w:type="dxa"/></w:tcPr>'
EXACT = '<w:spacing w:before="0" w:after="0" w:line="{}" w:lineRule="{}"/>'


@pytest.mark.case("B13")
@pytest.mark.parametrize(
    ("spoilt", "code", "severity"),
    [
        (beside(run_with(ARIAL)), "font-not-shipped", "error"),
        (beside(run_with(FONT.format("ＭＳ 明朝"), "字")), "font-not-shipped", "error"),
        (beside(run_with(SC + ZH + "<w:b/>", "字")), "bold-chinese", "warning"),
        (beside(run_with(SC + '<w:lang w:eastAsia="ja-JP"/>', "字")), "language-chinese", "warning"),
        (beside(run_with("", "☑")), "glyph-missing", "error"),
        (beside("<w:r><w:ruby/></w:r>"), "template-unsupported", "error"),
        (beside(run_with("<w:vanish/>")), "hidden-text", "warning"),
        (with_text(beside(run_with('<w:rStyle w:val="Hid"/>')), "</w:styles>", HID, STYLES), "hidden-text", "warning"),
        (beside('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'), "template-unsupported", "error"),
        (beside('<w:r><w:commentReference w:id="0"/></w:r>'), "comment-left", "warning"),
        (beside('<w:fldSimple w:instr="PAGE"/>'), "field-incomplete", "warning"),
        (beside('<w:fldSimple w:instr="DATE"/>'), "field-other", "warning"),
        (beside(run_with('<w:sz w:val="60"/>')), "line-tight", "warning"),
    ],
)
def test_a_mistake_in_a_cell_is_found_at_its_place(spoilt: bytes, code: str, severity: str) -> None:
    (finding,) = [finding for finding in look(spoilt) if finding.code == code]
    assert finding.severity == severity
    place = word_place(finding)
    assert (place.part, place.cell) == ("body", "table 1, row 2, column 1")
    assert place.text
    assert place.text.startswith(NAME)
    assert place.after == "{%p if languages.en or languages.zh %}"
    assert ":" in finding.hint or "," in finding.hint


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('w:lineRule="exact"', 'w:lineRule="auto"', "line-pitch"),
        ('w:line="351" w:lineRule="exact"', 'w:line="300" w:lineRule="exact"', "line-tight"),
        ('<w:tblLayout w:type="fixed"/>', "", "table-layout"),
        ('<w:gridCol w:w="6350"/>', "<w:gridCol/>", "table-width"),
        ('<w:tcW w:w="6350" w:type="dxa"/>', "", "table-width"),
        ('<w:tcW w:w="6350" w:type="dxa"/>', '<w:tcW w:w="50" w:type="pct"/>', "table-width"),
        ('<w:pgSz w:w="11906" w:h="16838"/>', '<w:pgSz w:w="12240" w:h="15840"/>', "paper-size"),
        ("</w:sectPr>", '<w:docGrid w:type="lines" w:linePitch="360"/></w:sectPr>', "document-grid"),
    ],
)
def test_a_convention_that_is_broken_is_a_warning_with_a_reason(old: str, new: str, code: str) -> None:
    found = look(with_text(LETTER, old, new))
    assert {(finding.code, finding.severity) for finding in found} == {(code, "warning")}
    assert all(len(finding.hint) > 40 for finding in found)


def test_a_table_in_a_cell() -> None:
    inner = TABLE.format(FIXED, GRID, WIDE)
    assert "table-nested" in codes(with_text(LETTER, "</w:p></w:tc>", f"</w:p>{inner}<w:p/></w:tc>"))


LEVEL = (
    '<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/><w:rPr><w:rFonts w:ascii="{0}"/></w:rPr></w:lvl>'
)
NUMBERING = (
    f'<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:abstractNum '
    f'w:abstractNumId="3">{LEVEL}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="3"/></w:num></w:numbering>'
)
IN_LIST = '<w:pPr><w:spacing w:line="240" w:lineRule="auto"/><w:numPr><w:numId w:val="1"/></w:numPr>'


@pytest.mark.parametrize(
    ("font", "expected"),
    [("Symbol", ["font-not-shipped", "template-unsupported"]), ("Noto Sans CJK JP", ["template-unsupported"])],
)
def test_a_bullet_of_a_list_in_a_cell(font: str, expected: list[str]) -> None:
    listed = with_parts(LETTER, {"word/numbering.xml": NUMBERING.replace("{0}", font).encode()})
    first_cell = '<w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>'
    found = look(with_text(listed, first_cell, first_cell.replace("<w:pPr>", IN_LIST)))
    assert [finding.code for finding in found] == expected
    assert {word_place(finding).cell for finding in found} == {"table 1, row 1, column 1"}


def test_a_document_grid_that_is_off_is_no_grid() -> None:
    assert codes(with_text(LETTER, "</w:sectPr>", '<w:docGrid w:linePitch="360"/></w:sectPr>')) == []


def test_a_footer_is_named() -> None:
    spoilt = with_text(LETTER, '<w:fldChar w:fldCharType="separate"/>', "", FOOTER)
    (finding,) = look(spoilt)
    assert finding.code == "field-incomplete"
    assert word_place(finding).part == "footer 1"


def with_picture(part: str, before: str, xml: str) -> bytes:
    return with_text(LETTER, before, f"<w:r>{xml}</w:r>{before}", part)


def test_a_picture_in_a_merged_cell() -> None:
    merged = with_text(LETTER, '<w:tcW w:w="6350" w:type="dxa"/>', '<w:tcW w:w="6350" w:type="dxa"/><w:vMerge/>')
    spoilt = with_text(merged, "{{ hospital.name.ja }}</w:t></w:r>", "</w:t></w:r><w:r><w:drawing/></w:r>")
    assert "merged-picture" in codes(spoilt)


def test_a_tab_beside_a_picture_in_a_header() -> None:
    header = (
        '<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:pPr>'
        f"{EXACT.format(400, 'exact')}</w:pPr><w:r><w:drawing/></w:r><w:r><w:tab/></w:r></w:p></w:hdr>"
    )
    assert codes(with_parts(LETTER, {"word/header1.xml": header.encode()})) == ["header-tab"]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"customXml/item1.xml": b"<a/>"}, "extra-part"),
        ({"docProps/thumbnail.jpeg": b"\xff\xd8\xff"}, "extra-part"),
        ({"word/comments.xml": b"<a/>"}, "extra-part"),
        ({"word/media/image1.emf": b"\1\0\0\0"}, "picture-kind"),
    ],
)
def test_what_travels_along_unseen(parts: Mapping[str, bytes], code: str) -> None:
    assert codes(with_parts(LETTER, dict(parts))) == [code]


def test_png_and_jpeg_are_allowed() -> None:
    out = io.BytesIO()
    Image.new("RGB", (2, 2)).save(out, "PNG")
    assert codes(with_parts(LETTER, {"word/media/image1.png": out.getvalue()})) == []


def test_an_author_is_reported() -> None:
    named = with_text(LETTER, "<dc:creator>visa-packet<", "<dc:creator>Somebody<", "docProps/core.xml")
    assert codes(named) == ["author"]


def test_a_style_counts_where_a_run_says_nothing() -> None:
    assert "font-not-shipped" in codes(make_docx("text", font="Arial"))
    assert "font-not-shipped" not in codes(make_docx("text"))


def test_the_font_of_a_theme_is_resolved() -> None:
    """Word's own blank document names its fonts by the theme."""
    document = Document()
    document.add_paragraph("text")
    out = io.BytesIO()
    document.save(out)
    (font, *_) = [finding for finding in look(out.getvalue()) if finding.code == "font-not-shipped"]
    assert "Cambria" in font.message or "Calibri" in font.message


def test_unused_styles_are_only_a_note() -> None:
    (finding,) = [finding for finding in look(make_docx("text")) if finding.code == "styles-unused"]
    assert finding.severity == "info"


def test_languages() -> None:
    assert find_languages(open_docx(LETTER)) == ["ja", "en", "zh"]
    assert find_languages(open_docx(make_docx("{{ patient.name.surname }} only words"))) == ["en"]
    assert find_languages(open_docx(make_docx("これは {{ hospital.name.ja }}"))) == ["ja"]
    assert MAIN_PART in open_docx(LETTER).text_parts
