"""What Word can do: each element is drawn, has no effect, or is refused by name and place; nothing is unknown."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from pipeline.documents.engines.engine import ENGINES
from pipeline.documents.engines.typst.elements import RefusedError
from pipeline.documents.engines.typst.word_file import translate_document
from pipeline.formats.word.docx_file import open_docx
from pipeline.formats.word.inventory import inventory
from pipeline.formats.word.unsupported import find_unsupported, unsupported_problems
from tests.support.built import make_docx
from tests.support.cases import ROOT
from tests.support.word_files import (
    LISTED,
    PAGE,
    SINGLE,
    box,
    cell,
    field,
    numbering,
    paragraph,
    picture,
    reference,
    row,
    run,
    table,
    text,
    word_file,
)
from tests.support.word_samples import word_samples

pytestmark = pytest.mark.slow

SECOND = LISTED.replace('ilvl w:val="0"', 'ilvl w:val="1"')
OTHER = LISTED.replace('numId w:val="1"', 'numId w:val="2"')
TWO_LISTS = (
    numbering().replace("<w:num ", numbering().partition("<w:num ")[0].replace('NumId="0"', 'NumId="1"') + "<w:num ")
    + '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
)
SHIPPED = sorted((ROOT / "templates").rglob("*.docx"))


def below_bullet(words: str) -> str:
    """A numbering part with a level of bullets and a level of numbers below it."""
    return numbering(words=words).replace('w:numFmt w:val="decimal"', 'w:numFmt w:val="bullet"', 1)


def refused(content: bytes, engine: str = "office2pdf") -> list[tuple[str, str | None, str]]:
    """Part, cell and words of everything that an engine does not draw."""
    found = find_unsupported(open_docx(content), engine)
    return [(place.part, place.cell, entry.words) for place, entry in found]


def words(content: bytes, engine: str = "office2pdf") -> list[str]:
    return [found[2] for found in refused(content, engine)]


def test_every_entry_has_words_a_reason_and_an_answer_of_each_engine() -> None:
    elements: Counter[str] = Counter()
    for entry in inventory():
        assert entry.words
        assert entry.reason
        assert list(entry.answers) == list(ENGINES)
        assert set(entry.answers.values()) <= {"drawn", "in-part", "no-effect", "refused"}
        elements.update(entry.elements)
    assert [element for element, times in elements.items() if times > 1] == []


@pytest.mark.parametrize(
    ("level", "numbers"),
    [
        (LISTED, numbering(words="(%1)")),
        (LISTED, numbering(words="第%1条")),
        (SECOND, numbering(words="%1-%2")),
        (SECOND, below_bullet("%2.")),
        (LISTED, below_bullet("・")),
    ],
)
def test_lists_with_plain_numbers_are_drawn(level: str, numbers: str) -> None:
    assert refused(word_file(paragraph("a", level), numbering=numbers)) == []


def test_two_lists_with_a_paragraph_between_them_are_drawn() -> None:
    lists = paragraph("a", LISTED) + paragraph("x", SINGLE) + paragraph("b", OTHER)
    assert refused(word_file(lists, numbering=TWO_LISTS)) == []


def test_the_table_is_written_as_the_program_writes_json() -> None:
    file = ROOT / "pipeline" / "formats" / "data" / "word-elements.json"
    content = file.read_text(encoding="utf-8")
    assert content == json.dumps(json.loads(content), ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_shipped_templates_have_nothing_that_is_not_drawn(path: Path) -> None:
    docx = open_docx(path.read_bytes())
    assert [find_unsupported(docx, engine) for engine in ENGINES] == [[] for _ in ENGINES]


def test_a_file_of_python_docx_and_one_of_libreoffice_have_nothing_unknown() -> None:
    saved = ROOT / "tests" / "authoring" / "check" / "saved-by-libreoffice.docx"
    assert [one for one in words(saved.read_bytes()) if one.startswith("what Word writes as")] == []
    assert refused(make_docx("one", "two")) == []


def test_every_element_is_judged_as_the_table_says() -> None:
    """Alone in a file: whatever else of the table is about the same element."""
    count = 0
    for sample in word_samples():
        count += 1
        found = [entry for _, entry in find_unsupported(open_docx(sample.content), "office2pdf")]
        if sample.entry.is_refused("office2pdf"):
            assert sample.entry in found, sample.element
        else:
            assert [entry.words for entry in found] == [], sample.element
    assert count > 300


def test_the_engine_typst_draws_itself_what_the_table_says() -> None:
    """What it draws in part, its own table lists; what office2pdf refuses, a build refuses before."""
    for sample in word_samples():
        answer = sample.entry.answers["typst"]
        if answer == "in-part" or sample.entry.is_refused("typst") or sample.element.startswith("w:lvl/"):
            continue
        reason = _reason_for_leaving(sample.content)
        assert bool(reason) == (answer == "refused"), sample.element
        assert sample.entry.words in reason or not reason, sample.element


def _reason_for_leaving(content: bytes) -> str:
    """Why the engine typst leaves a file to office2pdf, or nothing if it draws the file."""
    try:
        translate_document(content)
    except RefusedError as error:
        return str(error)
    return ""


def test_what_the_table_does_not_have_is_refused_for_every_engine() -> None:
    spoilt = word_file(paragraph("a", more="<w:contentPart/>") + paragraph("b", '<w:jc w:val="left" w:newer="1"/>'))
    assert words(spoilt) == words(spoilt, "libreoffice")
    assert words(spoilt) == ["what Word writes as w:contentPart", "what Word writes as w:jc w:newer='1'"]
    assert len(words(word_file(paragraph("a")), "no-such-engine")) > 0


STRIPES = (
    '<w:style w:type="table" w:styleId="T"><w:tblStylePr w:type="band1Horz"><w:tcPr><w:shd w:val="clear" '
    'w:color="auto" w:fill="DDDDDD"/></w:tcPr></w:tblStylePr></w:style>'
)


def stops(*positions: int) -> str:
    """Tab stops; the text is 9,638 wide."""
    marks = "".join(f'<w:tab w:val="left" w:pos="{one}"/>' for one in positions)
    return f"<w:tabs>{marks}</w:tabs>"


def striped(look: str) -> str:
    """A table in a style with stripes."""
    return table(row("a"), row("b"), properties=f'<w:tblStyle w:val="T"/><w:tblLook {look}/>')


LIST_STYLE = (
    '<w:abstractNum w:abstractNumId="0"><w:numStyleLink w:val="L"/></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
)
NOTE = '<w:footnote w:id="1"><w:p><w:r><w:t>note</w:t></w:r></w:p></w:footnote>'
HEADED = reference("header", "header1")


@pytest.mark.parametrize(
    ("content", "place", "expected"),
    [
        (word_file(paragraph("a", more=run("<w:footnoteReference w:id='1'/>")), footnotes=NOTE), "body", "a footnote"),
        (word_file(paragraph("a", more=run("<w:pict/>"))), "body", "a text box, shape or picture of an older kind"),
        (word_file(paragraph("a", more=run(box("b")))), "body", "a text box or a drawn shape"),
        (word_file(paragraph("b"), HEADED, header1=paragraph("h", more=run(box("b")))), "header 1", "a text box"),
        (word_file(paragraph("b"), HEADED, header1=paragraph(more=run("<w:br/>"))), "header 1", "a line break in"),
        (word_file(paragraph("a", more=run('<w:sym w:font="Wingdings" w:char="F0FE"/>'))), "body", "a symbol"),
        (
            word_file(paragraph("a", LISTED), numbering=numbering("japaneseCounting", "第%1条")),
            "body",
            "a list numbered",
        ),
        (word_file(paragraph("a", LISTED), numbering=numbering("none", "")), "body", "a list without numbers"),
        (
            word_file(
                paragraph("a", LISTED.replace('numId w:val="1"', 'numId w:val="2"')),
                numbering=numbering()
                + '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:lvl w:ilvl="0">'
                '<w:numFmt w:val="japaneseCounting"/><w:lvlText w:val="第%1条"/></w:lvl></w:lvlOverride></w:num>',
            ),
            "body",
            "a list numbered",
        ),
        (word_file(paragraph("a"), reference("header", "none")), "body", "a header or footer that is not in the file"),
        (word_file(paragraph("a", more=field("SEQ x"))), "body", "a field that prints a number of a sequence"),
        (word_file(paragraph("a", more=field("PAGE"))), "body", "a page number in the text"),
        (word_file(paragraph("a", more=field(r"PAGE \* ROMAN"))), "body", "a page number in another style"),
        (word_file(paragraph("a", more=run(picture()))), "body", "a picture between words of a line"),
        (word_file(paragraph(more=run(picture(crop='<a:srcRect l="500"/>')))), "body", "a picture that is cropped"),
        (word_file(paragraph(more=run(picture(turn=' rot="90"')))), "body", "a picture that is cropped"),
        (
            word_file(paragraph("a", '<w:tabs><w:tab w:val="left" w:leader="dot" w:pos="9"/></w:tabs>')),
            "body",
            "a tab stop",
        ),
        (word_file(paragraph("a", '<w:ind w:firstLineChars="200"/>')), "body", "indents in characters only"),
        (word_file(paragraph("a"), "none"), "body", "a file without a section"),
        (
            word_file(paragraph("a"), HEADED, header1=paragraph(), settings="<w:evenAndOddHeaders/>"),
            "body",
            "a header or",
        ),
        (
            word_file(
                paragraph("a", '<w:spacing w:line="240" w:lineRule="auto"/>'), PAGE + '<w:docGrid w:type="lines"/>'
            ),
            "body",
            "a document grid for lines without",
        ),
        (word_file(paragraph("a", "<w:rPr><w:vanish/></w:rPr>")), "body", "a hidden paragraph mark beside text"),
        (
            word_file(paragraph(more=run(text("a") + "<w:tab/>"), properties='<w:ind w:left="9"/>')),
            "body",
            "a tab in an",
        ),
        (
            word_file(paragraph("a", LISTED.replace(SINGLE, "")), numbering=numbering()),
            "body",
            "a list with line spacing of Exactly",
        ),
        (
            word_file(paragraph("a", LISTED + '<w:ind w:left="9"/>'), numbering=numbering()),
            "body",
            "a paragraph of a list with an indent of its own",
        ),
        (
            word_file(
                paragraph("a", LISTED) + paragraph("b", OTHER),
                numbering=TWO_LISTS,
            ),
            "body",
            "a list directly after another list",
        ),
        (word_file(paragraph("a", LISTED), numbering=numbering(words="%1.%2")), "body", "a list whose numbers"),
        (word_file(paragraph("a", LISTED), numbering=numbering(words="Art")), "body", "a list whose numbers"),
        (word_file(paragraph("a", LISTED), numbering=numbering(words="100%%1")), "body", "a list whose numbers"),
        (word_file(paragraph("a", LISTED)), "body", "a list that is not in the file"),
        (word_file(paragraph("a", LISTED), numbering=LIST_STYLE), "body", "a list whose numbers are in a list style"),
        (word_file(f"<w:p>a{run(text('b'))}</w:p>"), "body", "text that is not in a run"),
        (word_file(f"<w:p>{run(text('b'))}a</w:p>"), "body", "text that is not in a run"),
        (word_file(paragraph("a", SECOND), numbering=numbering(words="%1.")), "body", "a list whose numbers"),
        (word_file(paragraph("a", SECOND), numbering=numbering(words="%2/%1")), "body", "a list whose numbers"),
        (word_file(paragraph("a", SECOND), numbering=below_bullet("%1.%2")), "body", "a list whose numbers"),
        (word_file(paragraph("a", '<w:ind w:left="-200"/>')), "body", "an indent into the margin"),
        (
            word_file(paragraph("", stops(4800, 9700), run(text("a") + "<w:tab/>" + text("b") + "<w:tab/>"))),
            "body",
            "a tab stop to the right of the margin",
        ),
        (word_file(table(row("x", cell(table(row("y")) + paragraph())))), "body", "a table inside a cell"),
        (word_file(striped('w:firstRow="1" w:noHBand="0"'), styles=STRIPES), "body", "stripes of a table style"),
        (word_file(paragraph("a"), settings="<w:mirrorMargins/>"), "settings", "margins that are mirrored"),
    ],
)
def test_what_is_not_drawn_is_refused_by_name_and_place(content: bytes, place: str, expected: str) -> None:
    ((part, _, found),) = refused(content)
    assert part == place
    assert found.startswith(expected)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (cell(paragraph("a", LISTED)), "a list number or bullet in a table"),
        (
            cell(paragraph("a"), '<w:tcBorders><w:left w:val="dashed" w:sz="4"/></w:tcBorders>'),
            "a vertical border of dots",
        ),
        (cell(paragraph("a", '<w:shd w:val="clear" w:fill="FFCC00"/>')), "shading of a paragraph in a table"),
        (cell(paragraph("a"), '<w:textDirection w:val="tbRl"/>'), "text of a cell that is turned"),
        (cell(paragraph("a"), "<w:vMerge/>"), "a cell merged with the one above, where no cell begins"),
        (f"<w:sdt><w:sdtContent>{cell(paragraph('a'))}</w:sdtContent></w:sdt>", "a content control around a cell"),
        (cell(paragraph("a"), '<w:shd w:val="pct25" w:color="000000" w:fill="FFFFFF"/>'), "shading with a pattern"),
    ],
)
def test_a_refusal_in_a_table_names_the_cell(content: str, expected: str) -> None:
    docx = word_file(table(row("x", "y"), row("z", content)), numbering=numbering())
    ((part, where, found),) = refused(docx)
    assert (part, found.startswith(expected)) == ("body", True)
    assert where == "table 1, row 2, column 2"


@pytest.mark.parametrize(
    "content",
    [
        word_file(
            paragraph("a", '<w:ind w:leftChars="200" w:left="420"/><w:spacing w:beforeLines="50" w:before="180"/>')
        ),
        word_file(paragraph("a", more=run(text("b"), '<w:dstrike w:val="0"/><w:shd w:val="clear" w:fill="auto"/>'))),
        word_file(striped('w:firstRow="1" w:noHBand="1"'), styles=STRIPES),
        word_file(
            table(
                row(
                    cell(paragraph("a"), '<w:gridSpan w:val="2"/>'), cell(paragraph("b"), '<w:vMerge w:val="restart"/>')
                ),
                row(cell(paragraph("{%tr for one in stays %}"))),
                row("c", "d", cell(paragraph(), "<w:vMerge/>")),
                row(cell(paragraph("{%tr endfor %}"))),
                columns=(2000, 2000, 2000),
            )
        ),
        word_file(table(row(cell(f"<w:sdt><w:sdtContent>{paragraph('a')}</w:sdtContent></w:sdt>")))),
        word_file(striped('w:val="0220"'), styles=STRIPES),
        word_file(striped('w:val="0000"'), styles=STRIPES),
        word_file(paragraph(more=run(text("a") + "<w:tab/>"))),
        word_file(paragraph("", stops(4800, 9700), run(text("a") + "<w:tab/>"))),
        word_file(table(row(cell(paragraph("a", '<w:shd w:val="clear" w:fill="auto"/>'))))),
        word_file(table(row("a", "b"), properties='<w:tblInd w:w="108" w:type="dxa"/>')),
        word_file(paragraph("a"), reference("header", "header1", "even"), header1=paragraph(more=run("<w:pict/>"))),
        word_file(paragraph("a"), reference("header", "header1", "first"), header1=paragraph(more=run("<w:pict/>"))),
        word_file(paragraph("a"), PAGE + '<w:docGrid w:type="lines" w:linePitch="360"/>'),
        word_file(
            paragraph("a"),
            styles='<w:style w:type="character" w:styleId="X"><w:rPr><w:em w:val="dot"/></w:rPr></w:style>',
        ),
        word_file(
            paragraph("a", LISTED.replace('numId w:val="1"', 'numId w:val="0"')), numbering=numbering("none", "")
        ),
        word_file(paragraph(more=run("<w:t>a</w:t><w:noBreakHyphen/><w:cr/><w:softHyphen/>"))),
        word_file(
            paragraph(
                more=run(
                    '<mc:AlternateContent><mc:Choice Requires="wps"/><mc:Fallback><w:pict/></mc:Fallback>'
                    "</mc:AlternateContent>"
                )
            )
        ),
    ],
)
def test_what_is_not_used_is_switched_off_or_is_said_twice_is_not_refused(content: bytes) -> None:
    assert refused(content) == []


def test_a_style_that_is_used_is_judged() -> None:
    named = '<w:name w:val="Strong words"/><w:rPr><w:smallCaps/></w:rPr>'
    style = f'<w:style w:type="paragraph" w:styleId="X">{named}</w:style>'
    content = word_file(paragraph("a", '<w:pStyle w:val="X"/>'), styles=style)
    assert refused(content) == [("style Strong words", None, "small capitals")]


def test_another_engine_is_named_only_if_it_draws_it() -> None:
    content = word_file(paragraph("a", more=run("<w:ruby/>") + "<m:oMath/>"))
    ruby, formula = unsupported_problems(open_docx(content), "office2pdf")
    assert ruby.code == "template-unsupported"
    assert [each.hint for each in (ruby, formula)] == [
        "change it in Word, or build with --engine libreoffice; docs/templates.md lists what Word can do here",
        "change it in Word; docs/templates.md lists what Word can do here",
    ]
    assert words(content, "libreoffice") == ["a formula"]
