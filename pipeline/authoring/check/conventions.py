"""Check the conventions by which both engines draw the same page. Each is a warning with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from pipeline.documents.context_types import prints_picture
from pipeline.errors import Problem
from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.elements import field_codes
from pipeline.formats.word.styles import Styles
from pipeline.formats.word.text import W
from pipeline.formats.word.word_places import Paragraph, Part

_A4 = (11906, 16838)
#: Word writes A4 as 11906 × 16838 twentieths of a point; other programs differ slightly.
_A4_TOLERANCE = 20
#: Line height of Noto Sans CJK, 1.448 times the size: in twentieths of a point, for a size in half points.
_NATURAL_PITCH = 14.48
_WIDE_TAG = re.compile(r"\s*\{[{%#](p|tr|tc)\s.*[}%#]\}\s*", re.DOTALL)
_PAGE_FIELDS = {"PAGE", "NUMPAGES", "SECTIONPAGES"}
_DRAWN_FIELDS = _PAGE_FIELDS | {"HYPERLINK"}
_KNOWN_PICTURES = (b"\x89PNG", b"\xff\xd8\xff")
_CORE = (
    "{http://purl.org/dc/elements/1.1/}",
    "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}",
)
_NOBODY = {"", "visa-packet"}


class Convention(NamedTuple):
    """The code, message and hint of a broken convention."""

    code: str
    message: str
    hint: str


PITCH = Convention(
    "line-pitch",
    "the line spacing of this paragraph is not exact",
    "set Line spacing to Exactly: the engines read different heights from a font, and pages would break differently",
)
TIGHT = Convention(
    "line-tight",
    "the line spacing is less than 1.45 times the font size",
    "increase it: the engines draw such lines too high or too low, and neighbouring lines overlap",
)
TABLE_LAYOUT = Convention(
    "table-layout",
    "the columns of this table have no fixed width",
    "switch off “Automatically resize to fit contents” (Table Properties, Options): long values would move the columns",
)
TABLE_WIDTH = Convention(
    "table-width",
    "a column or cell of this table has no width",
    "set the width of each column in Table Properties: otherwise the engines choose different widths",
)
NESTED_TABLE = Convention(
    "table-nested",
    "a table is inside a cell of another table",
    "use one table with more columns, or two tables: office2pdf draws nested tables incorrectly",
)
GRID = Convention(
    "document-grid",
    "the section has a document grid",
    "choose “No grid” in Page Setup, Document Grid: the grid moves lines in one engine only",
)
PAPER = Convention("paper-size", "the page is not A4 portrait", "set Size to A4 in Layout: the bundle is printed on A4")
HEADER_TAB = Convention(
    "header-tab",
    "a header has a tab beside a picture",
    "use a table of two columns without borders: office2pdf draws the tab at another position",
)
MERGED_PICTURE = Convention(
    "merged-picture",
    "a picture is in a vertically merged cell",
    "split the cells, or move the picture: office2pdf omits the borders of such cells",
)
HIDDEN = Convention(
    "hidden-text",
    "the text is hidden",
    "remove it, or make it visible: nobody would see the text that is filled in here",
)
COMMENT = Convention(
    "comment-left",
    "a comment is left on this text",
    "delete it (Review, Delete All Comments): every generated Word file would contain it",
)
FIELD_OPEN = Convention(
    "field-incomplete",
    "a page number is not a complete field",
    "insert it again with Insert, Page Number: an incomplete field shows the same number on each page",
)
FIELD_OTHER = Convention(
    "field-other",
    "a field other than a page number is not updated",
    "type the text, or use a tag: the engines print the last value of the field",
)


def check_conventions(docx: DocxFile, file: str) -> list[Problem]:
    """Return every break of a convention, each place once."""
    styles = Styles(docx)
    problems: list[Problem] = []
    for name, root in docx.text_parts.items():
        part = Part(name, root)
        for rule in (_pitches, _tables, _texts, _places, _fields):
            for (code, message, hint), element in rule(part, styles):
                problems.append(Problem(code, "warning", message, hint, file, part.place(element)))
    return [*dict.fromkeys(problems), *_check_file(docx, styles, file)]


def _pitches(part: Part, styles: Styles) -> Iterator[tuple[Convention, etree._Element | None]]:
    for paragraph in part.paragraphs:
        if _WIDE_TAG.fullmatch(paragraph.text) or _has_picture(paragraph):
            continue  # removed with its tag, or as high as its picture
        if styles.list_level(paragraph.element) is not None:
            continue  # engines draw its exact lines wrongly
        if styles.line_rule(paragraph.element) != "exact":
            yield PITCH, paragraph.element
        elif paragraph.text.strip():
            sizes = [styles.size(run) for run in paragraph.element.iterchildren(f"{W}r")]
            if styles.line_pitch(paragraph.element) < max(sizes, default=0) * _NATURAL_PITCH:
                yield TIGHT, paragraph.element


def _has_picture(paragraph: Paragraph) -> bool:
    is_drawn = any(True for _ in paragraph.element.iter(f"{W}drawing", f"{W}pict"))
    return is_drawn or prints_picture(paragraph.text)


def _tables(part: Part, _styles: Styles) -> Iterator[tuple[Convention, etree._Element | None]]:
    for table in part.root.iter(f"{W}tbl"):
        first = next(table.iter(f"{W}p"), None)
        layout = table.find(f"{W}tblPr/{W}tblLayout")
        if layout is None or layout.get(f"{W}type") != "fixed":
            yield TABLE_LAYOUT, first
        columns = table.findall(f"{W}tblGrid/{W}gridCol")
        if not columns or not all(_is_wide(column.get(f"{W}w")) for column in columns):
            yield TABLE_WIDTH, first
        for cell in table.iterfind(f"{W}tr/{W}tc"):
            width = cell.find(f"{W}tcPr/{W}tcW")
            if width is None or width.get(f"{W}type") != "dxa" or not _is_wide(width.get(f"{W}w")):
                yield TABLE_WIDTH, next(cell.iter(f"{W}p"), None)
        if any(True for _ in table.iterancestors(f"{W}tc")):
            yield NESTED_TABLE, first


def _is_wide(width: str | None) -> bool:
    return width is not None and width.isdecimal() and int(width) > 0


def _texts(part: Part, styles: Styles) -> Iterator[tuple[Convention, etree._Element | None]]:
    for run in part.root.iter(f"{W}r"):
        if styles.is_hidden(run):
            yield HIDDEN, run
    for comment in part.root.iter(f"{W}commentReference"):
        yield COMMENT, comment


def _places(part: Part, _styles: Styles) -> Iterator[tuple[Convention, etree._Element | None]]:
    for section in part.root.iter(f"{W}sectPr"):
        yield from _section(section)
    for picture in part.root.iter(f"{W}drawing", f"{W}pict"):
        cell = next(picture.iterancestors(f"{W}tc"), None)
        if cell is not None and cell.find(f"{W}tcPr/{W}vMerge") is not None:
            yield MERGED_PICTURE, picture
    if "header" in part.name and any(True for _ in part.root.iter(f"{W}drawing", f"{W}pict")):
        for tab in part.root.iter(f"{W}tab"):
            if next(tab.iterancestors(f"{W}r"), None) is not None:
                yield HEADER_TAB, tab


def _section(section: etree._Element) -> Iterator[tuple[Convention, etree._Element | None]]:
    grid = section.find(f"{W}docGrid")
    if grid is not None and grid.get(f"{W}type") not in {None, "default"}:
        yield GRID, None
    size = section.find(f"{W}pgSz")
    sides = [int(size.get(f"{W}{side}") or 0) for side in "wh"] if size is not None else [0, 0]
    if any(abs(side - wanted) > _A4_TOLERANCE for side, wanted in zip(sides, _A4, strict=True)):
        yield PAPER, None


def _fields(part: Part, _styles: Styles) -> Iterator[tuple[Convention, etree._Element | None]]:
    for instruction, element in field_codes(part.root):
        word = instruction.split(None, 1)[0].upper() if instruction.strip() else ""
        if word in _PAGE_FIELDS and not _is_complete(element):
            yield FIELD_OPEN, element
        elif word and word not in _DRAWN_FIELDS:
            yield FIELD_OTHER, element


def _is_complete(end: etree._Element) -> bool:
    """Return True if a field has begin, separate, result and end. ``end`` is its last element."""
    if end.tag != f"{W}fldChar":
        return False
    paragraph = next(end.iterancestors(f"{W}p"), None)
    kinds: list[str] = []
    for element in paragraph.iter(f"{W}fldChar", f"{W}t") if paragraph is not None else ():
        kinds.append(element.get(f"{W}fldCharType") or "text")
        if element is end:
            break
    start = len(kinds) - 1 - kinds[::-1].index("begin") if "begin" in kinds else len(kinds)
    kinds = kinds[start:]
    return kinds[:2] == ["begin", "separate"] and "text" in kinds


def _check_file(docx: DocxFile, styles: Styles, file: str) -> Iterator[Problem]:
    """Check the file as a whole."""
    for name in docx.parts:
        if name.startswith(("customXml/", "word/comments")) or "thumbnail" in name:
            hint = "remove it (File, Info, Inspect Document): every packet would contain it, invisibly"
            yield Problem("extra-part", "warning", f"the file contains the part {name}", hint, file)
        elif name.startswith("word/media/") and not docx.parts[name].startswith(_KNOWN_PICTURES):
            hint = "insert it as PNG or JPEG: only these are drawn by both engines"
            yield Problem("picture-kind", "warning", f"the picture {name} is neither PNG nor JPEG", hint, file)
    core = docx.xml.get("docProps/core.xml")
    names = core.iter(f"{_CORE[0]}creator", f"{_CORE[1]}lastModifiedBy") if core is not None else ()
    if {name.text or "" for name in names} - _NOBODY:
        hint = "remove it (File, Info, Inspect Document): every generated document would contain it"
        yield Problem("author", "warning", "the file contains the name of its author", hint, file)
    unused = styles.unused()
    if unused:
        hint = "no action needed; without them the file is smaller and easier to maintain"
        number = "1 style is" if len(unused) == 1 else f"{len(unused)} styles are"
        yield Problem("styles-unused", "info", f"{number} not used", hint, file)
