"""Word files as python-docx writes them, with its own styles, lists, tables and settings."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor

from tests.support.built import FONT, make_picture

_SENTENCE = "王暁明様は東京の病院で治療を受けます。"
#: As many paragraphs fill more than a page.
_MANY = 60


def wild_word_files() -> dict[str, bytes]:
    """Each file by a name that says what is in it: paragraphs on a fixed line pitch, or with single lines."""
    files = {name: _saved(fill, _document(Pt(18))) for name, fill in _EXACT.items()}
    files |= {name: _saved(_without_japanese(fill), _document()) for name, fill in _SINGLE.items()}
    return files | {"the untouched template of the library": _saved(_fill_untouched, Document())}


def as_new_word_file(content: bytes) -> bytes:
    """The same file without the settings for older versions of Word, which python-docx writes into every file."""
    document = Document(io.BytesIO(content))
    compatibility = document.settings.element.find(qn("w:compat"))
    for setting in compatibility.findall(qn("w:useFELayout")):
        compatibility.remove(setting)
    for setting in compatibility.iterfind(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")
    return _saved(lambda _document: None, document)


def _without_japanese(fill: Callable[[WordDocument], object]) -> Callable[[WordDocument], object]:
    """Single lines of Japanese are higher in Word and office2pdf than in LibreOffice, which the check warns of."""

    def fill_in_english(document: WordDocument) -> None:
        fill(document)
        for text in document.element.iter(qn("w:t")):
            text.text = (text.text or "").replace(_SENTENCE, "The patient will be treated in Tokyo. ")

    return fill_in_english


def _saved(fill: Callable[[WordDocument], object], document: WordDocument) -> bytes:
    fill(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _document(pitch: Length | None = None) -> WordDocument:
    """An empty A4 file in a shipped font."""
    document = Document()
    for fonts in document.styles.element.iter(qn("w:rFonts")):
        fonts.attrib.clear()
        fonts.attrib.update({qn(f"w:{script}"): FONT for script in ("ascii", "hAnsi", "eastAsia", "cs")})
    document.sections[0].page_width, document.sections[0].page_height = Mm(210), Mm(297)
    if pitch:
        spacing = document.styles["Normal"].paragraph_format
        spacing.line_spacing, spacing.line_spacing_rule = pitch, WD_LINE_SPACING.EXACTLY
    return document


def _add_paragraphs(document: WordDocument, number: int, style: str | None = None) -> None:
    for place in range(1, number + 1):
        document.add_paragraph(f"line {place} {_SENTENCE}", style=style)


def _add_bullets(document: WordDocument) -> None:
    document.add_paragraph("before")
    _add_paragraphs(document, 3, "List Bullet")
    document.add_paragraph("between")
    _add_paragraphs(document, 2, "List Bullet 2")
    document.add_paragraph("after")


def _add_lists(document: WordDocument) -> None:
    _add_paragraphs(document, 2, "List Bullet")
    _add_paragraphs(document, 2, "List Bullet 2")


def _add_numbers(document: WordDocument) -> None:
    _add_paragraphs(document, 3, "List Number")
    document.add_paragraph("between")
    _add_paragraphs(document, 2, "List Number")


def _add_table(document: WordDocument, style: str = "Table Grid") -> None:
    table = document.add_table(4, 3, style=style)
    for number, row in enumerate(table.rows, start=1):
        for cell in row.cells:
            cell.text = f"row {number} 文字"
    document.add_paragraph("after")


def _add_merged_cells(document: WordDocument) -> None:
    table = document.add_table(4, 4, style="Table Grid")
    table.cell(0, 0).merge(table.cell(0, 3)).text = "wide"
    table.cell(1, 0).merge(table.cell(3, 0)).text = "tall"
    table.cell(2, 2).merge(table.cell(3, 3)).text = "block"
    table.cell(1, 1).text = "single"


def _add_row_heights(document: WordDocument) -> None:
    table = document.add_table(3, 2, style="Table Grid")
    for row in table.rows:
        for cell in row.cells:
            cell.text = "text"
    table.rows[0].height, table.rows[0].height_rule = Mm(20), WD_ROW_HEIGHT_RULE.EXACTLY
    table.rows[1].height = Mm(15)
    table.cell(0, 0).vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    table.cell(1, 1).vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.BOTTOM


def _add_centred_table(document: WordDocument) -> None:
    table = document.add_table(2, 2, style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for row in table.rows:
        for cell in row.cells:
            cell.width, cell.text = Mm(30), _SENTENCE


def _add_nested_table(document: WordDocument) -> None:
    table = document.add_table(1, 2, style="Table Grid")
    table.cell(0, 0).add_table(2, 2).cell(0, 0).text = "inner"
    table.cell(0, 1).text = "next"


def _add_list_in_table(document: WordDocument) -> None:
    document.add_table(1, 1, style="Table Grid").cell(0, 0).add_paragraph("bullet", style="List Bullet")


def _add_long_table(document: WordDocument) -> None:
    for number, row in enumerate(document.add_table(_MANY, 2, style="Table Grid").rows):
        row.cells[0].text, row.cells[1].text = f"row {number}", _SENTENCE


def _add_header(document: WordDocument) -> None:
    """The tab stops of the style are those of a page in inches, so one is to the right of the margin."""
    section = document.sections[0]
    section.header.paragraphs[0].text, section.footer.paragraphs[0].text = "left\tcentre\tright", "foot"
    _add_paragraphs(document, _MANY)


def _add_first_page(document: WordDocument) -> None:
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.first_page_header.paragraphs[0].text, section.header.paragraphs[0].text = "first", "others"
    _add_paragraphs(document, _MANY)


def _add_formats(document: WordDocument) -> None:
    paragraph = document.add_paragraph()
    for name in ("bold", "italic", "underline", "strike", "all_caps", "superscript", "subscript"):
        setattr(paragraph.add_run(f"{name} ").font, name, True)
    paragraph.add_run("red ").font.color.rgb = RGBColor(255, 0, 0)
    paragraph.add_run("large").font.size = Pt(13)


def _add_rare_formats(document: WordDocument) -> None:
    paragraph = document.add_paragraph()
    paragraph.add_run("small capitals ").font.small_caps = True
    paragraph.add_run("double line").font.double_strike = True


def _add_tabs(document: WordDocument, leader: WD_TAB_LEADER = WD_TAB_LEADER.SPACES) -> None:
    stops = document.add_paragraph("left\tright").paragraph_format.tab_stops
    stops.add_tab_stop(Mm(120), WD_TAB_ALIGNMENT.RIGHT, leader)
    document.add_paragraph("a\tb\tc")


def _add_indents(document: WordDocument) -> None:
    hanging = document.add_paragraph(_SENTENCE * 6).paragraph_format
    hanging.left_indent, hanging.first_line_indent = Mm(20), Mm(-10)
    first = document.add_paragraph(_SENTENCE * 6).paragraph_format
    first.first_line_indent, first.alignment = Mm(8), WD_ALIGN_PARAGRAPH.JUSTIFY
    for side in (WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.CENTER):
        document.add_paragraph("to a side").alignment = side


def _add_line_spacing(document: WordDocument) -> None:
    document.add_paragraph(_SENTENCE * 4).paragraph_format.line_spacing = 2.0
    spacing = document.add_paragraph(_SENTENCE * 4).paragraph_format
    spacing.line_spacing, spacing.line_spacing_rule = Pt(24), WD_LINE_SPACING.AT_LEAST
    spacing.space_before = Pt(30)
    document.add_paragraph("end")


def _add_page_breaks(document: WordDocument) -> None:
    document.add_paragraph("one")
    document.paragraphs[0].add_run().add_break(WD_BREAK.PAGE)
    document.add_paragraph("two")
    document.add_paragraph("three").paragraph_format.page_break_before = True


def _add_sections(document: WordDocument) -> None:
    document.add_paragraph("upright")
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    document.add_paragraph(_SENTENCE * 3)


def _add_picture(document: WordDocument) -> None:
    """The picture says that it has no distance to the text: without that, LibreOffice takes one and Word does not."""
    document.add_paragraph("before")
    inline = document.add_picture(io.BytesIO(make_picture()), width=Mm(60))._inline
    inline.attrib.update({f"dist{side}": "0" for side in "TBLR"})
    document.add_paragraph("after")


def _add_headings(document: WordDocument) -> None:
    for level in range(4):
        document.add_heading(f"Heading {level}", level)
    document.add_paragraph(_SENTENCE)


def _add_styles(document: WordDocument) -> None:
    for style in ("Quote", "Intense Quote", "Caption", "No Spacing", "Body Text"):
        document.add_paragraph(f"{style} {_SENTENCE}", style=style)


def _fill_untouched(document: WordDocument) -> None:
    document.add_heading("Letter", 1)
    document.add_paragraph(_SENTENCE)


_EXACT: Mapping[str, Callable[[WordDocument], object]] = {
    "paragraphs": lambda document: _add_paragraphs(document, 5),
    "bullets": _add_bullets,
    "numbers": _add_numbers,
    "a table with a grid": _add_table,
    "a table with stripes": lambda document: _add_table(document, "Light Grid Accent 1"),
    "merged cells": _add_merged_cells,
    "row heights": _add_row_heights,
    "a table in the middle": _add_centred_table,
    "a table in a table": _add_nested_table,
    "a list in a table": _add_list_in_table,
    "a table of several pages": _add_long_table,
    "a header and a footer": _add_header,
    "a header of the first page": _add_first_page,
    "formats of letters": _add_formats,
    "rare formats of letters": _add_rare_formats,
    "tabs": _add_tabs,
    "tabs with dots": lambda document: _add_tabs(document, WD_TAB_LEADER.DOTS),
    "indents": _add_indents,
    "page breaks": _add_page_breaks,
    "sections": _add_sections,
    "styles": _add_styles,
}
_SINGLE: Mapping[str, Callable[[WordDocument], object]] = {
    "headings": _add_headings,
    "line spacing": _add_line_spacing,
    "a picture": _add_picture,
    "bullets with single lines": _add_bullets,
    "a list after a list": _add_lists,
    "numbers with single lines": _add_numbers,
}
