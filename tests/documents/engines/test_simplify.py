"""What the engines misread in a Word file is rewritten before the conversion, and drawn as Word draws it."""

from __future__ import annotations

import io
import zipfile

import pytest

from pipeline.documents.engines.engine import load_engine
from pipeline.documents.engines.line_spacing import spacing_warnings
from pipeline.documents.engines.office2pdf import Office2Pdf
from pipeline.documents.engines.simplify import simplify
from pipeline.formats.pdf.reading import read_pages
from tests.support.built import make_docx
from tests.support.cases import ROOT
from tests.support.pages import places
from tests.support.template_checks import word_place
from tests.support.word_files import cell, paragraph, reference, row, run, table, text, word_file

HIDDEN = "<w:vanish/>"
MANY = "".join(paragraph(f"line {number}") for number in range(50))


def pages(content: bytes) -> list[str]:
    """The words of each page."""
    return [" ".join(page.text.split()) for page in read_pages(Office2Pdf().convert(content))]


def body(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(simplify(content))) as archive:
        return archive.read("word/document.xml").decode()


def test_a_file_without_what_engines_misread_is_not_touched() -> None:
    letter = (ROOT / "templates" / "medical-stay" / "cover-sheet.docx").read_bytes()
    for content in (make_docx("one"), letter, b"no Word file"):
        assert simplify(content) is content


def test_what_is_rewritten_has_the_same_bytes_each_time() -> None:
    content = word_file(paragraph("a", more=run(text("b"), HIDDEN)))
    assert simplify(content) == simplify(content) != content


def test_a_no_break_hyphen_and_an_older_line_break_are_drawn() -> None:
    inner = f"{text('03')}<w:noBreakHyphen/>{text('0001')}<w:cr/>{text('next')}"
    (page,) = read_pages(Office2Pdf().convert(word_file(paragraph(more=run(inner)))))
    assert page.text.replace("\u2011", "-").replace("\u2010", "-").split() == ["03-0001", "next"]


def test_hidden_text_is_not_drawn_and_a_hidden_paragraph_takes_no_room() -> None:
    style = '<w:style w:type="character" w:styleId="H"><w:rPr><w:vanish/></w:rPr></w:style>'
    mark = f"<w:rPr>{HIDDEN}</w:rPr>"
    content = word_file(
        paragraph("shown", more=run(text("secret"), HIDDEN) + run(text("styled"), '<w:rStyle w:val="H"/>'))
        + paragraph(properties=mark, more=run(text("whole"), HIDDEN))
        + table(row(cell(paragraph(properties=mark, more=run(text("only"), HIDDEN))), "after"))
        + paragraph("end", more=run(text(" on"), '<w:vanish w:val="0"/>')),
        styles=style,
    )
    assert pages(content) == ["shown after end on"]
    assert body(content).count("<w:p>") == 4


def test_right_to_left_that_is_switched_off_is_left_to_right() -> None:
    off, plain = (word_file(paragraph("a", properties)) for properties in ('<w:bidi w:val="0"/>', ""))
    assert "bidi" not in body(off)
    assert Office2Pdf().convert(off) == Office2Pdf().convert(plain)
    assert "bidi" in body(word_file(paragraph("a", "<w:bidi/>")))


def test_a_page_break_before_the_first_paragraph_makes_no_empty_page() -> None:
    assert pages(word_file(paragraph("a", "<w:pageBreakBefore/>") + paragraph("b", "<w:pageBreakBefore/>"))) == [
        "a",
        "b",
    ]


@pytest.mark.parametrize("kind", ["even", "first"])
def test_a_header_of_a_kind_that_is_switched_off_is_on_no_page(kind: str) -> None:
    section = reference("header", "header1") + reference("header", "header2", kind)
    content = word_file(MANY, section, header1=paragraph("USUAL"), header2=paragraph("OTHER"))
    first, second = pages(content)
    assert first.startswith("USUAL")
    assert second.startswith("USUAL")


@pytest.mark.parametrize("own", ["", "<w:p/>"])
def test_a_first_page_without_a_header_has_none(own: str) -> None:
    """Whether it has an empty one of its own, or none."""
    parts = {"header1": paragraph("HEAD"), "footer1": paragraph("FOOT")} | ({"header2": own} if own else {})
    section = reference("header", "header1") + reference("footer", "footer1") + "<w:titlePg/>"
    content = word_file(MANY, (reference("header", "header2", "first") if own else "") + section, **parts)
    first, second = pages(content)
    assert ("HEAD" in first, "FOOT" in first) == (False, False)
    assert ("HEAD" in second, "FOOT" in second) == (True, True)


def test_a_first_page_with_a_header_of_its_own_has_that() -> None:
    section = reference("header", "header1") + reference("header", "header2", "first") + "<w:titlePg/>"
    first, second = pages(word_file(MANY, section, header1=paragraph("USUAL"), header2=paragraph("OTHER")))
    assert (first.startswith("OTHER"), second.startswith("USUAL")) == (True, True)


@pytest.mark.parametrize("engine", ["typst", "office2pdf"])
def test_cells_for_which_no_margin_is_set_have_those_of_the_standard(engine: str) -> None:
    margins = "".join(f'<w:{side} w:w="115" w:type="dxa"/>' for side in ("left", "right"))
    without = table(row("a", "b"))
    given = without.replace("</w:tblPr>", f"<w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>")
    half = given.replace('<w:right w:w="115" w:type="dxa"/>', "")
    drawn = [
        [place.x for place in places(load_engine(engine).convert(word_file(one)))] for one in (without, given, half)
    ]
    assert drawn[0] == drawn[1] == drawn[2]
    assert drawn[0][0] > 56.7 + 5


def _spaced(character: str, before: int = 0, after: int = 0, more: str = "") -> str:
    spacing = f'<w:spacing w:before="{before}" w:after="{after}" w:line="280" w:lineRule="exact"/>'
    return f"<w:p><w:pPr>{spacing}{more}</w:pPr>{run(text(character))}</w:p>"


_CONTEXTUAL = "<w:contextualSpacing/>"
_TABLE_STYLE = (
    '<w:style w:type="table" w:styleId="own"><w:name w:val="own"/><w:pPr><w:spacing w:after="400"/></w:pPr></w:style>'
)
_OF_STYLE = f'<w:p><w:pPr><w:spacing w:before="100"/></w:pPr>{run(text("a"))}</w:p>'
#: What stands in a cell or on the page, and how far down from the first character LibreOffice draws each one.
_SPACES = [
    (True, _spaced("a", 100, 200) + _spaced("b", 300, 400) + _spaced("c"), [0, 29, 63]),
    (True, _spaced("a", 0, 300) + _spaced("b", 200) + _spaced("c"), [0, 29, 43]),
    (True, _spaced("a", 0, 300, _CONTEXTUAL) + _spaced("b", 200, 100) + _spaced("c", 200, 0, _CONTEXTUAL), [0, 24, 43]),
    (True, _OF_STYLE * 3, [0, 38, 76]),
    (False, _spaced("a", 0, 200, _CONTEXTUAL) + _spaced("b", 300, 100, _CONTEXTUAL) + _spaced("c", 50), [0, 14, 30.5]),
    (False, _spaced("a", 0, 300, _CONTEXTUAL) + _spaced("b", 200), [0, 24]),
    (False, _spaced("a", 0, 300) + _spaced("b", 200, 0, _CONTEXTUAL), [0, 29]),
    (False, _spaced("a", 100, 200) + _spaced("b", 300), [0, 29]),
]


def test_of_two_spaces_between_paragraphs_the_one_that_counts_is_drawn() -> None:
    for is_cell, content, expected in _SPACES:
        styled = table(row(cell(content))).replace("<w:tblPr>", '<w:tblPr><w:tblStyle w:val="own"/>')
        found = places(Office2Pdf().convert(word_file(styled if is_cell else content, styles=_TABLE_STYLE)))
        assert [place.y - found[0].y for place in found] == pytest.approx(expected, abs=0.1), content


def test_a_style_that_formats_some_rows_is_a_warning() -> None:
    style = _TABLE_STYLE.replace("</w:style>", '<w:tblStylePr w:type="firstRow"><w:pPr/></w:tblStylePr></w:style>')
    for styles, content, warnings in (
        (style, _spaced("a", 0, 200) + _spaced("b", 300), ["b"]),
        (style, _spaced("a", 0, 200), []),
        (_TABLE_STYLE, _spaced("a", 0, 200) + _spaced("b", 300), []),
    ):
        styled = table(row(cell(content))).replace("<w:tblPr>", '<w:tblPr><w:tblStyle w:val="own"/>')
        docx = word_file(styled, styles=styles)
        found = spacing_warnings(docx, "office2pdf")
        assert [one.code for one in found] == ["engine-paragraph-spacing"] * len(warnings)
        assert [word_place(one).text for one in found] == warnings
        assert spacing_warnings(docx, "libreoffice") == ()
