"""Check for what a template has only because nobody removed it: examples of the starter, and pictures off the page."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from pipeline.errors import Problem
from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.sections import sections_of
from pipeline.formats.word.text import W
from pipeline.formats.word.word_places import Part

#: Text of the starter, and of the packet.json beside it, that explains or stands for the text of a letter.
PLACEHOLDERS = (
    *("書面の題名", "Title of the letter", "文件标题", "値　Values　值", "条件　Conditions　条件", "一覧　Lists　列表"),
    "A field of the case, a name in passport letters in both orders",
    "Inside a line: an optional field is guarded",
    "This paragraph is there only with companions.",
    "A row for each stay; in a cell, a paragraph for each procedure.",
)
_EMU_PER_TWIP = 635
_EXTENT = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}extent"


def check_leftovers(docx: DocxFile, file: str) -> list[Problem]:
    """Return a warning for each placeholder that is left, and each picture that is larger than the text area."""
    parts = [Part(name, root) for name, root in docx.text_parts.items()]
    area = _text_area(docx)
    found = [problem for part in parts for problem in (*_placeholders(part, file), *_pictures(part, area, file))]
    return list(dict.fromkeys(found))


def _placeholders(part: Part, file: str) -> Iterator[Problem]:
    for paragraph in part.paragraphs:
        if any(words in paragraph.text for words in PLACEHOLDERS):
            message = "this text is an example of the starter"
            hint = "replace it by the text of the letter, or remove the paragraph"
            yield Problem("placeholder-left", "warning", message, hint, file, part.place(paragraph.element))


def _pictures(part: Part, area: tuple[int, int], file: str) -> Iterator[Problem]:
    for extent in part.root.iter(_EXTENT):
        size = tuple(int(extent.get(side) or 0) / _EMU_PER_TWIP for side in ("cx", "cy"))
        if size[0] > area[0] > 0 or size[1] > area[1] > 0:
            message = "this picture is larger than the text area of the page"
            hint = "make it smaller (Picture Format, Size), or the margins of the page narrower"
            yield Problem("picture-size", "warning", message, hint, file, part.place(extent))


def _text_area(docx: DocxFile) -> tuple[int, int]:
    """Return width and height of the largest text area of a section in twentieths of a point; 0 if unknown."""
    areas = [
        (_inner(section, "w", ("left", "right")), _inner(section, "h", ("top", "bottom")))
        for section in sections_of(docx.xml)
    ]
    return max((width for width, _ in areas), default=0), max((height for _, height in areas), default=0)


def _inner(section: etree._Element, side: str, margins: tuple[str, str]) -> int:
    size, margin = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
    whole = _number(size, side)
    return max(0, whole - sum(max(0, _number(margin, name)) for name in margins))


def _number(element: etree._Element | None, name: str) -> int:
    text = element.get(f"{W}{name}") if element is not None else None
    return int(text) if text and text.removeprefix("-").isdecimal() else 0
