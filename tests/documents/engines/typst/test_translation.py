"""What the translator accepts, what it refuses, and that nothing of a case is ever evaluated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest

from pipeline.authoring.check.template import Job, check_template, run_trial
from pipeline.documents.document import DocumentSource, draw_all
from pipeline.documents.draft_mark import add_draft_mark
from pipeline.documents.engines.closed_up import punctuation_warnings
from pipeline.documents.engines.engine import load_engine
from pipeline.documents.engines.line_spacing import spacing_warnings
from pipeline.documents.engines.typst.elements import RefusedError
from pipeline.documents.engines.typst.engine import Typst
from pipeline.documents.engines.typst.word_file import translate_document, translate_template
from pipeline.documents.fill import fill
from pipeline.errors import EngineError
from pipeline.formats.fonts import UndrawableError
from pipeline.formats.json.reader import JsonFile
from pipeline.formats.pdf.reading import embedded_fonts, page_count, read_pages, read_pdf, text_of
from pipeline.formats.word.text import W
from pipeline.formats.zip_archive import read_parts
from tests.support.built import make_docx, with_parts, with_text
from tests.support.cases import ROOT
from tests.support.pages import places
from tests.support.word_files import FONT

pytestmark = pytest.mark.slow

_BODY = re.compile(r"<w:body>.*(?=<w:sectPr)", re.DOTALL)
_FOOTER = re.compile(r"<w:footerReference[^>]*/>")
_FORMAT = '<w:tblPr><w:tblW w:w="9000" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr>'
_GRID = '<w:tblGrid><w:gridCol w:w="4000"/><w:gridCol w:w="5000"/></w:tblGrid>'


@cache
def _starter() -> tuple[bytes, str]:
    content = (ROOT / "templates" / "starter.docx").read_bytes()
    return content, read_parts(content)["word/document.xml"].decode()


def letter(body: str) -> bytes:
    """A template with this body, and no footer."""
    content, document = _starter()
    docx = with_text(content, _BODY.search(document)[0], f"<w:body>{body}")  # type: ignore[index]
    footer = f'<w:ftr xmlns:w="{W[1:-1]}"><w:p/></w:ftr>'
    return with_parts(with_text(docx, _FOOTER.search(document)[0], ""), {"word/footer1.xml": footer.encode()})  # type: ignore[index]


def paragraph(*runs: str, properties: str = "") -> str:
    """A paragraph with a run for each text."""
    texts = "".join(f'<w:r><w:t xml:space="preserve">{run}</w:t></w:r>' for run in runs)
    return f"<w:p><w:pPr>{properties}</w:pPr>{texts}</w:p>"


def table(*rows: tuple[str, str], properties: str = "", cell: str = "") -> str:
    """A table of two columns."""
    cells = ["".join(f"<w:tc><w:tcPr>{cell}</w:tcPr>{paragraph(text)}</w:tc>" for text in row) for row in rows]
    lines = "".join(f"<w:tr><w:trPr>{properties}</w:trPr>{row}</w:tr>" for row in cells)
    return f"<w:tbl>{_FORMAT}{_GRID}{lines}</w:tbl>"


def drawn(body: str, context: Mapping[str, Any] | None = None) -> bytes:
    """The PDF of a template with this body."""
    return next(Typst().draw_many([fill(letter(body), "letter.docx", context or {})])).content


def refusal(body: str) -> str:
    with pytest.raises(RefusedError) as error:
        translate_template(letter(body))
    assert error.value.part in {"word/document.xml", ""}
    return error.value.what


@pytest.mark.parametrize(
    "value",
    [
        'x" + read("/etc/passwd") + "x',
        '")\n#panic("x")\n#text("',
        "\\",
        '\\"',
        '\\") + panic() + ("',
        "\\u{41}",
        "#panic() #{1+1} $x$ *b* _i_ `c` @label <label> // no /* comment */ = Heading",
        "{{ 7 * 7 }} {% if x %} {# no #}",
        "sys.inputs sys.version",
        "<w:t>&amp;</w:t>",
        "-- --- ... ~ '' '\"'",
    ],
)
def test_a_value_is_data(value: str) -> None:
    body = paragraph("[{{ value }}]") + table(("{{ value }}", "{{ value|upper }}"))
    shown = text_of(drawn(body, {"value": value}))
    plain = "".join(value.split())
    assert shown == f"[{plain}]{plain}{plain.upper()}"


def test_a_word_that_is_wider_than_its_cell_is_broken_at_the_margin() -> None:
    address = "a.very.long.address.without.any.break@rehabilitation.example"
    pdf = drawn(table(("{{ address }}", "next")), {"address": address})
    assert address in text_of(pdf)
    letters = [place for place in places(pdf) if place.character.isascii()][: len(address)]
    assert "".join(place.character for place in letters) == address
    assert len({place.y for place in letters}) == 2
    assert max(place.x for place in letters) < letters[0].x + 4000 / 20 - 10  # the column without its margins


@pytest.mark.parametrize("word", ["@" * 22, "\u2e3b" * 12])
def test_a_word_of_the_widest_letters_is_broken(word: str) -> None:
    drawn_letters = [
        place for place in places(drawn(table(("{{ x }}", "next")), {"x": word})) if place.character in word
    ]
    assert len({place.y for place in drawn_letters}) == 2


def test_a_row_that_stays_together_moves_to_the_next_page() -> None:
    for properties, is_split in (("<w:cantSplit/>", False), ("", True)):
        rows = ((str(number), "{{ lines }}") for number in range(20))
        body = paragraph("above") * 2 + table(*rows, properties=properties)
        pages = read_pages(drawn(body, {"lines": "first\nx\ny\nlast"}))
        assert len(pages) > 1
        assert any(page.text.split()[-1] != "last" for page in pages) == is_split


def test_a_table_whose_rows_stay_with_what_follows_moves_to_the_next_page() -> None:
    keep = "<w:keepNext/>"
    for properties, count, pages, heading_on in (("", 6, 2, 1), (keep, 6, 2, 2), (keep, 90, 3, 1)):
        rows = table(*((str(number), "last") for number in range(count))).replace("<w:pPr>", f"<w:pPr>{properties}")
        found = read_pages(drawn(paragraph("above") * 54 + paragraph("heading", properties=keep) + rows))
        assert len(found) == pages, (count, [page.text for page in found])
        assert "heading" in found[heading_on - 1].text, [page.text for page in found]


def test_the_flat_line_after_a_last_table_is_on_no_page_of_its_own() -> None:
    size, margins = (re.search(rf"<w:{name} [^>]*>", _starter()[1])[0] for name in ("pgSz", "pgMar"))  # type: ignore[index]
    height, top, bottom = (
        int(re.search(rf'w:{name}="(\d+)"', text)[1])  # type: ignore[index]
        for text, name in ((size, "h"), (margins, "top"), (margins, "bottom"))
    )
    full = f'<w:trHeight w:val="{height - top - bottom - 10}" w:hRule="exact"/>'
    for line, pages in ((20, 1), (200, 2)):
        end = paragraph(properties=f'<w:spacing w:before="0" w:after="0" w:line="{line}" w:lineRule="exact"/>')
        assert page_count(drawn(table(("a", "b"), properties=full) + end)) == pages


def test_a_line_break_in_a_justified_paragraph_stretches_its_line() -> None:
    exact = '<w:spacing w:line="280" w:lineRule="exact"/>'
    texts, context = "one two{{ x }}three four", {"x": "\n"}
    ends = []
    for justified in ("both", "left"):
        pdf = drawn(paragraph(texts, properties=f'{exact}<w:jc w:val="{justified}"/>'), context)
        lines = [place.y for place in places(pdf)]
        assert len(set(lines)) == 2
        ends.append(max(place.x for place in places(pdf) if place.y == lines[0]))
    assert ends[0] > 500
    assert ends[1] < 200


@pytest.mark.parametrize("alignment", ["left", "both"])
def test_wide_punctuation_keeps_its_width_and_no_line_begins_or_ends_with_the_wrong_one(alignment: str) -> None:
    """As in a file that says not to compress it: everywhere on a line, and at its ends."""
    text = "一二「三四（五）六」、七。八・・九：〈十〉" * 12
    found = places(drawn(paragraph(text, properties=f'<w:jc w:val="{alignment}"/>')))
    assert "".join(place.character for place in found) == text
    size = found[-1].x - found[-2].x
    rows = [list(row) for _, row in groupby(found, key=lambda place: place.y)]
    assert len(rows) > 1
    for row in rows:
        assert row[0].x == pytest.approx(found[0].x, abs=0.1)
        assert min(after.x - before.x for before, after in pairwise(row)) > size - 0.1
        assert row[0].character not in "）」、。・：〉"
        assert row[-1].character not in "「（〈"


def test_quotation_marks_are_wide_in_the_chinese_font_only() -> None:
    faces = [FONT.replace("JP", "SC"), FONT]
    body = "".join(f"<w:p><w:r><w:rPr>{face}</w:rPr><w:t>一“二”。</w:t></w:r></w:p>" for face in faces)
    wide, narrow = (list(row) for _, row in groupby(places(drawn(body)), key=lambda place: place.y))
    size = wide[-1].x - wide[-2].x
    assert wide[-1].x - wide[0].x == pytest.approx(4 * size, abs=0.1)
    assert narrow[-1].x - narrow[0].x < 3.1 * size


@pytest.mark.parametrize(
    ("body", "settings", "warnings"),
    [
        (paragraph("「一」、二"), "", 0),
        (paragraph("「一」、二") + "<w:p><w:r><w:tab/></w:r></w:p>", "", 1),
        (paragraph("一。二") + "<w:p><w:r><w:tab/></w:r></w:p>", "", 0),
        (paragraph("一。二", properties='<w:jc w:val="both"/>') + "<w:p><w:r><w:tab/></w:r></w:p>", "", 1),
        (paragraph("「一」、二"), '<w:characterSpacingControl w:val="compressPunctuation"/>', 0),
    ],
    ids=["typst", "pair", "alone", "justified", "compressed"],
)
def test_punctuation_that_the_other_engine_closes_up_is_a_warning(body: str, settings: str, warnings: int) -> None:
    docx = letter(body)
    if settings:
        docx = with_parts(
            docx, {"word/settings.xml": f'<w:settings xmlns:w="{W[1:-1]}">{settings}</w:settings>'.encode()}
        )
    assert warned(docx) == ["engine-punctuation"] * warnings
    assert punctuation_warnings(docx, "libreoffice") == punctuation_warnings(docx, "typst") == ()


def warned(docx: bytes, **context: Any) -> list[str]:
    """The codes of the warnings about a document that the engine typst is asked to draw."""
    source = DocumentSource(docx, "letter.docx", context)
    [document] = draw_all([source], load_engine("typst"), JsonFile("case.json", Path(), "{}", "", {}))
    assert {(one.file, one.severity) for one in document.problems} <= {("letter.docx", "warning")}
    return [one.code for one in document.problems]


def test_the_warning_depends_on_the_engine_that_draws() -> None:
    """A value with a tab, and a header that is too high, leave to office2pdf what typst translates."""
    docx = letter(paragraph("「一」、{{ value }}"))
    assert warned(docx, value="a") == []
    assert warned(docx, value="a\tb") == ["engine-punctuation"]
    footer = f'<w:ftr xmlns:w="{W[1:-1]}">{paragraph("{{ value }}")}</w:ftr>'.encode()
    high = with_text(docx, "<w:sectPr>", f"<w:sectPr>{_FOOTER.search(_starter()[1])[0]}")  # type: ignore[index]
    high = with_parts(high, {"word/footer1.xml": footer})
    assert warned(high, value="a") == []
    assert warned(high, value="a\n" * 30) == ["engine-punctuation"]


def test_the_check_warns_of_the_engine_that_draws(tmp_path: Path) -> None:
    file = tmp_path / "letter.docx"
    for value, warnings in (("x", 0), ("x\\ty", 1)):
        file.write_bytes(letter(paragraph("「一」、{{ '" + value + "' }}")))
        job = Job(str(file))
        trial, *_ = check_template(job).trials
        assert [one.code for one in run_trial(job, trial).findings] == ["engine-punctuation"] * warnings


def test_line_spacing_that_programs_draw_differently_is_a_warning() -> None:
    for words, spacing, warnings in (
        ("患者", 'w:line="276" w:lineRule="auto"', 1),
        ("{{ value }}", 'w:line="240" w:lineRule="auto"', 1),
        ("patient", 'w:line="276" w:lineRule="auto"', 0),
        ("{{ timeline_picture }}", 'w:line="240" w:lineRule="auto"', 0),
        ("患者", 'w:line="200" w:lineRule="atLeast"', 1),
        ("patient", 'w:line="200" w:lineRule="atLeast"', 1),
        ("患者", 'w:line="400" w:lineRule="atLeast"', 0),
        ("患者", 'w:line="400" w:lineRule="exact"', 0),
    ):
        docx = letter(paragraph("a", "b") + paragraph(words, properties=f"<w:spacing {spacing}/>"))
        found = spacing_warnings(docx, "office2pdf")
        assert [one.code for one in found] == ["engine-line-spacing"] * warnings, (words, spacing)
        assert [getattr(one.place, "text", "") for one in found] == [words] * warnings
        assert len(spacing_warnings(docx, "libreoffice")) == warnings
        assert spacing_warnings(docx, "typst") == ()
    multiple = paragraph("患者", properties='<w:spacing w:line="276" w:lineRule="auto"/>')
    assert warned(letter(multiple)) == ["engine-line-spacing"]


def test_only_a_picture_has_spacing_that_is_not_exact() -> None:
    """Lines of text would lie on each other."""
    spacing = '<w:spacing w:line="240" w:lineRule="auto"/>'
    assert refusal(paragraph("{{ value }}", properties=spacing)) == "a line spacing that is not exact"
    translate_template(letter(paragraph("{{ timeline_picture }}", properties=spacing)))


def spaced(text: str, before: int = 0, after: int = 0, more: str = "") -> str:
    """A paragraph with a pitch of 14 points, and spaces in twentieths of a point."""
    spacing = f'<w:spacing w:before="{before}" w:after="{after}" w:line="280" w:lineRule="exact"/>'
    return paragraph(text, properties=more + spacing)


def _in_cell(content: str) -> str:
    return table(("a", "")).replace(paragraph("a"), content)


_RULE = '<w:pBdr><w:bottom w:val="single" w:sz="8" w:space="4" w:color="000000"/></w:pBdr>'
_IF_NO = "{% if no %}" + spaced("m", 300, 100) + "{% endif %}"
_IF_YES = _IF_NO.replace("no", "not no")
#: Paragraphs, and how far down on its page LibreOffice 7.4 draws the first character, and each one from the first.
_SPACES = [
    (spaced("a", after=200) + spaced("b", 300), [0, 29]),
    (spaced("a", after=300) + spaced("b", 200), [0, 29]),
    (spaced("a", 300, 200) + spaced("b"), [15, 24]),
    (spaced("a", after=200) + spaced("", 100, 300) + spaced("c", 400), [0, 58]),
    (spaced("a", after=200, more="<w:keepNext/>") + spaced("b", 300), [0, 29]),
    (spaced("a", after=200, more=_RULE) + spaced("b", 300), [0, 34]),
    (spaced("a", after=200) + spaced("b", 300, more="<w:pageBreakBefore/>") + spaced("c"), [0, 15, 29]),
    (spaced("a", 400, 200) * 22 + spaced("b", 300) + spaced("c"), [20, *(34 * line for line in range(1, 22)), 0, 14]),
    (spaced("a", after=200) + _IF_YES + spaced("b", 300), [0, 29, 58]),
    (spaced("a", after=200) + _IF_NO + spaced("b", 300), [0, 29]),
    (_IF_NO + spaced("b", 300) + _IF_NO, [15]),
    ("{% for _ in 'xyz' %}" + spaced("a", 100, 200) + "{% endfor %}" + spaced("b", 300), [5, 24, 48, 77]),
    (spaced("0") + _in_cell(spaced("a", 100, 200) + spaced("b", 300, 400)) + spaced("z"), [0, 19, 48, 82]),
    (spaced("0") + _in_cell(_IF_NO + spaced("a", 100, 200) + _IF_NO) + spaced("z"), [0, 19, 43]),
    (spaced("a", after=300) + _in_cell(spaced("b", 200)) + spaced("z", 100), [0, 39, 58]),
]


def test_of_two_spaces_between_paragraphs_the_larger_counts() -> None:
    top = places(drawn(spaced("x")))[0].y
    documents = [fill(letter(body), "letter.docx", {"no": False}) for body, _ in _SPACES]
    for pdf, (_, expected) in zip(Typst().draw_many(documents), _SPACES, strict=True):
        first, *others = places(pdf.content)
        down = [first.y - top, *(one.y - (first.y if one.page == 1 else top) for one in others)]
        assert down == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize(
    ("body", "engine"),
    [
        (spaced("a", more=_RULE) + spaced("b", more=_RULE), "office2pdf"),
        ("{% for _ in 'xy' %}" + spaced("a", more=_RULE) + "{% endfor %}", "office2pdf"),
        (spaced("a", more=_RULE) + "{% if no %}" + spaced("m") + "{% endif %}" + spaced("b", more=_RULE), "office2pdf"),
        (spaced("a", more=_RULE) + spaced("m") + spaced("b", more=_RULE), ""),
        (spaced("a", more=_RULE) + spaced("b", more=_RULE.replace('"8"', '"4"')), ""),
        (spaced("a", more=_RULE) + spaced("b", more=_RULE + '<w:ind w:left="200"/>'), ""),
    ],
)
def test_lines_that_word_joins_to_one_are_left_to_the_other_engine(body: str, engine: str) -> None:
    [pdf] = Typst().draw_many([fill(letter(body), "letter.docx", {"no": False})])
    assert pdf.engine == engine


def test_a_document_is_text() -> None:
    docx = letter(paragraph("{{ patient }} {% if x %} {# no #}", '\\ " #panic()'))
    assert text_of(Typst().convert(docx)) == '{{patient}}{%ifx%}{#no#}\\"#panic()'


def test_a_line_break_in_a_value_begins_a_line() -> None:
    high = drawn(
        paragraph("{{ value }}", properties='<w:spacing w:line="8000" w:lineRule="exact"/>'), {"value": "a\nb"}
    )
    assert page_count(high) == 2


@pytest.mark.parametrize(
    ("given", "shown"), [({"a": True, "b": [1, 2]}, "start1yes12end"), ({"a": False, "b": []}, "start1end")]
)
def test_tags_select_runs_paragraphs_and_rows(given: Mapping[str, Any], shown: str) -> None:
    bold = '<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{% if a %}yes{% endif %}</w:t></w:r>'
    body = (
        paragraph("st{% if a or not a %}", "art", "{% endif %}")
        + paragraph("{{ 1 }}").replace("</w:p>", f"{bold}</w:p>")
        + paragraph("{%p if b %}")
        + table(("{%tr for x in b %}", ""), ("{{ x }}", ""), ("{%tr endfor %}", ""))
        + paragraph("{%p endif %}")
        + paragraph("end")
    )
    document = fill(letter(body), "letter.docx", given)
    pdf = next(Typst().draw_many([document])).content
    assert text_of(pdf) == shown
    assert text_of(load_engine("office2pdf").convert(document.docx)) == shown
    assert Typst().convert(document.docx) == pdf


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (paragraph("x", properties="<w:numPr/>"), "lists with bullets, 1, a, A, i or I (w:numPr in w:pPr)"),
        (
            paragraph("x", properties='<w:jc w:val="thaiDistribute"/>'),
            "alignment of other scripts (w:val=thaiDistribute of w:jc)",
        ),
        (
            paragraph("x", properties='<w:spacing w:beforeLines="1"/>'),
            "space in lines only, or automatic space (w:beforeLines=1 of w:spacing)",
        ),
        (paragraph("x", properties='<w:spacing w:line="240" w:lineRule="auto"/>'), "a line spacing that is not exact"),
        ("<w:p><w:r><w:tab/></w:r></w:p>", "a line break, a page break, a column break, a tab (w:tab in w:r)"),
        ("<w:p><w:r><w:rPr><w:u/></w:rPr></w:r></w:p>", "a single underline (w:u in w:rPr)"),
        ("<w:p><w:r><w:footnoteReference/></w:r></w:p>", "a footnote (w:footnoteReference in w:r)"),
        ("<w:p><w:hyperlink/></w:p>", "a link (w:hyperlink in w:p)"),
        (
            table(("a", "b")).replace("<w:p>", f"{table(('c', 'd'))}<w:p>", 1),
            "a table inside a cell (w:tbl in w:tc)",
        ),
        (
            table(("a", "b"), cell="<w:vMerge/>"),
            "tables, merged cells, rows that stay together, repeated headings (w:vMerge in w:tcPr)",
        ),
        (
            table(("a", "b")).replace('<w:gridCol w:w="5000"/>', ""),
            "a row with more or fewer cells than its table has columns",
        ),
        (table(("{% if a %}x", "y{% endif %}")), "a tag that begins in a cell and ends outside"),
        (paragraph("{% set x %}y{% endset %}{{ x }}"), "the tag set with an end"),
        (paragraph("{% macro m() %}y{% endmacro %}{{ m() }}"), "the tag macro"),
        (paragraph("{% filter upper %}y{% endfilter %}"), "the tag filter"),
        (paragraph("{% autoescape false %}y{% endautoescape %}"), "the tag scope"),
        (paragraph("{% for x in y recursive %}{{ loop(x) }}{% endfor %}"), "the tag for with the word recursive"),
        (paragraph("{_{ x }_}"), "braces that are printed"),
    ],
)
def test_what_is_not_translated_is_refused(body: str, what: str) -> None:
    assert refusal(body) == what


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.docx")), ids=lambda path: path.stem)
def test_the_shipped_templates_are_translated(path: Path) -> None:
    """With the mark of a draft too, which is a header that a library writes."""
    assert "#set page(" in translate_template(path.read_bytes())
    assert "header: margin-text(top" in translate_template(add_draft_mark(path.read_bytes()))


def test_bold_chinese_is_refused() -> None:
    fonts = " ".join(f'w:{script}="Noto Sans CJK SC"' for script in ("ascii", "hAnsi", "eastAsia", "cs"))
    run = f"<w:p><w:r><w:rPr><w:rFonts {fonts}/><w:b/></w:rPr><w:t>x</w:t></w:r></w:p>"
    assert refusal(run) == "bold text in Noto Sans CJK SC, which has no bold face"
    assert refusal(run.replace('w:ascii="Noto Sans CJK SC"', "")).startswith("text with several fonts")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('<w:defaultTabStop w:val="720"/>', "<w:mirrorMargins/>", "the setting w:mirrorMargins"),
        (
            'w:val="doNotCompress"',
            'w:val="compressPunctuation"',
            "the setting w:characterSpacingControl compressPunctuation",
        ),
        ('w:val="15"', 'w:val="14"', "the compatibility setting compatibilityMode"),
    ],
)
def test_a_setting_that_changes_pages_is_refused(old: str, new: str, what: str) -> None:
    with pytest.raises(RefusedError) as error:
        translate_document(with_text(letter(paragraph("x")), old, new, "word/settings.xml"))
    assert error.value.what == what


def test_a_break_in_a_value_leaves_the_document_to_the_other_engine() -> None:
    document = fill(letter(paragraph("{{ value }}")), "letter.docx", {"value": "a\tb"})
    assert next(Typst().draw_many([document])) == read_pdf(load_engine("office2pdf").convert(document.docx))


def test_what_is_refused_is_drawn_by_the_other_engine() -> None:
    docx = make_docx("王晓明")
    with pytest.raises(RefusedError):
        translate_document(docx)
    assert Typst().convert(docx) == load_engine("office2pdf").convert(docx)


def test_a_missing_glyph_is_an_error() -> None:
    with pytest.raises(UndrawableError) as error:
        drawn(paragraph("{{ value }}"), {"value": "a\U0001f600b"})
    assert error.value.characters == "\U0001f600"


def test_a_failure_does_not_quote_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = '#set document(date: datetime(year: 2000, month: 1, day: 1))\n#set text(lang: "ja")\n'
    monkeypatch.setattr(
        "pipeline.documents.engines.typst.engine.translate_template", lambda _template: f'{rules}#panic("王晓明")'
    )
    with pytest.raises(EngineError) as error:
        drawn(paragraph("x"))
    assert error.value.problems[0].message == "the engine could not compile the document"


def test_only_the_shipped_fonts_are_used() -> None:
    assert embedded_fonts(drawn(paragraph("Aあ国"))) == {"NotoSansCJKjp-Regular-Identity-H"}


def test_a_document_can_read_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even source of a template, which it never has, could not."""
    for source in ('#read("/etc/passwd")', '#read("../engine.py")', '#import "@preview/x:1.0.0"'):
        monkeypatch.setattr("pipeline.documents.engines.typst.engine.translate_template", lambda _t, s=source: s)
        with pytest.raises(EngineError):
            drawn(paragraph("x"))


@pytest.mark.parametrize("engine", ["office2pdf", "typst"])
def test_the_check_says_why_a_template_is_left_to_the_other_engine(tmp_path: Path, engine: str) -> None:
    file = tmp_path / "letter.docx"
    file.write_bytes(letter(paragraph("x") + "<w:p><w:r><w:tab/><w:t>y</w:t></w:r></w:p>"))
    notes = [one for one in check_template(Job(str(file), engine=engine)).findings if one.code == "engine-other"]
    assert [(one.severity, one.message.partition(": ")[2]) for one in notes] == (
        [("info", "it does not draw a line break, a page break, a column break, a tab (w:tab in w:r)")]
        if engine == "typst"
        else []
    )


def test_the_character_that_stands_for_a_brace_is_not_drawn_as_one() -> None:
    with pytest.raises(RefusedError, match="a private character"):
        translate_document(letter(paragraph("a\ue07b")))
    assert "{ x" in translate_document(letter(paragraph("{ x")))
