"""The text of a Word file that its pages must show, with the number of pages that must show it.

Hidden text, the results of page numbers, alternatives for older programs, and headers that no page has are not shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.merged_cells import merged_cells
from pipeline.formats.word.parts import MAIN_PART
from pipeline.formats.word.sections import has_even_pages, is_on, sections_of, used_furniture
from pipeline.formats.word.styles import Styles
from pipeline.formats.word.text import W, walk_paragraphs
from pipeline.formats.word.word_places import Part

_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_UNSEEN = (f"{_COMPATIBILITY}Fallback", f"{W}del", f"{W}moveFrom")
_TAB = f"{W}tab"
_TEXT, _HYPHEN, _FIELD, _CODE = f"{W}t", f"{W}noBreakHyphen", f"{W}fldChar", f"{W}instrText"
#: What divides the text of a paragraph on the page: other marks may stand there, or the text continues elsewhere.
_DIVIDERS = tuple(
    f"{W}{name}"
    for name in ("tab", "br", "cr", "ptab", "sym", "drawing", "pict", "footnoteReference", "endnoteReference")
)
_CHANGING = (b"<w:vanish", b"<w:caps", b"<w:smallCaps")
#: Fields whose result is computed on the page.
_COMPUTED = {"PAGE", "NUMPAGES", "SECTIONPAGES", "SEQ"}
_NOTES = {"word/footnotes.xml": "footnote", "word/endnotes.xml": "endnote"}


@dataclass(frozen=True, slots=True)
class ShownText:
    """The text of a paragraph in pieces without a break, and the least number of times that the pages show it."""

    part: Part
    paragraph: etree._Element
    pieces: tuple[str, ...]
    times: int = 1


def shown_texts(docx: DocxFile, pages: int) -> Iterator[ShownText]:
    """Yield the text of every paragraph that a document of so many pages must show."""
    # Without these elements, every run shows its text as it is. Looking at the styles of each run would take longer.
    styles = Styles(docx) if any(mark in part for part in docx.parts.values() for mark in _CHANGING) else None
    times = {MAIN_PART: 1} | _times(docx.xml, pages)
    for name, count in times.items():
        if count:
            part = Part(name, docx.xml[name])
            texts = set(part.root.iter(_TEXT))
            yield from (ShownText(part, *one, count) for one in _pieces(part, styles, texts))
    for name, kind in _NOTES.items():
        if name in docx.xml:
            part = Part(name, docx.xml[name])
            marks = {mark.get(f"{W}id") for mark in docx.xml[MAIN_PART].iter(f"{W}{kind}Reference")}
            notes = (note for note in part.root.iter(f"{W}{kind}") if note.get(f"{W}id") in marks)
            texts = {text for note in notes for text in note.iter(_TEXT)}
            yield from (ShownText(part, *one) for one in _pieces(part, styles, texts))


def _times(xml: Mapping[str, etree._Element], pages: int) -> dict[str, int]:
    """Return each header and footer with the least number of pages that have it."""
    sections = sections_of(xml)
    has_first = [is_on(section.find(f"{W}titlePg")) for section in sections]
    counts: dict[str, int] = {}
    for part, number, kind in used_furniture(xml):
        if len(sections) > 1:  # which pages a section has, only the engine knows
            begins = sections[number].find(f"{W}type")
            continues = begins is not None and begins.get(f"{W}val") == "continuous"
            count = int(not continues and kind == ("first" if has_first[number] else "default"))
        elif kind == "first":
            count = 1
        else:
            odd, even = (pages + 1) // 2, pages // 2
            all_pages = (odd, even) if has_even_pages(xml) else (pages, 0)
            count = all_pages[1] if kind == "even" else all_pages[0] - has_first[number]
        counts[part] = max(count, counts.get(part, 0))
    return counts


def _pieces(
    part: Part, styles: Styles | None, texts: set[etree._Element]
) -> Iterator[tuple[etree._Element, tuple[str, ...]]]:
    """Yield each paragraph, and the pieces of these of its texts that are shown."""
    found: dict[etree._Element, list[str]] = {}
    unseen = {text for element in part.root.iter(*_UNSEEN) for text in element.iter(_TEXT)} | _merged(part.root)
    fields: list[list[str]] = []
    computed = _computed(part.root)
    for paragraph, element in walk_paragraphs(part.root, (_TEXT, _HYPHEN, _FIELD, _CODE, *_DIVIDERS)):
        pieces = found.setdefault(paragraph, [""])
        if element is paragraph or (element.tag == _TAB and element.getparent().tag == f"{W}tabs"):  # type: ignore[union-attr] # it has one
            continue
        if element.tag == _FIELD:
            _follow(fields, element.get(f"{W}fldCharType"))
            pieces.append("")
        elif element.tag == _CODE:
            if fields:
                fields[-1].append(element.text or "")
        elif element.tag in _DIVIDERS or element in computed or any(map(_is_computed, fields)):
            pieces.append("")
        elif element not in unseen and (element.tag == _HYPHEN or element in texts):
            pieces[-1] += _as_shown(element, styles)
    yield from ((one, tuple(filter(str.strip, pieces))) for one, pieces in found.items())


def _follow(fields: list[list[str]], kind: str | None) -> None:
    """Open or close a field. A field has its instruction, and an empty text at the end once its result begins."""
    if kind == "begin":
        fields.append([])
    elif kind == "separate" and fields:
        fields[-1] = ["".join(fields[-1]).strip(), ""]
    elif kind == "end" and fields:
        fields.pop()


def _computed(root: etree._Element) -> set[etree._Element]:
    """Return the texts in simple fields whose result is computed on the page."""
    simple = (field for field in root.iter(f"{W}fldSimple") if _is_computed([field.get(f"{W}instr") or ""]))
    return {text for field in simple for text in field.iter(_TEXT, _HYPHEN)}


def _is_computed(code: list[str]) -> bool:
    return ("".join(code).split() or [""])[0].upper() in _COMPUTED


def _merged(root: etree._Element) -> set[etree._Element]:
    """Return the texts of cells that are covered by the one above."""
    return {text for cell, is_covered in merged_cells(root) if is_covered for text in cell.iter(_TEXT)}


def _as_shown(element: etree._Element, styles: Styles | None) -> str:
    run = element.getparent()
    if run is None or run.tag != f"{W}r":
        return element.text or ""
    if styles is not None and styles.is_hidden(run):
        return ""
    text = "-" if element.tag == _HYPHEN else element.text or ""
    return text.upper() if styles is not None and styles.is_capital(run) else text
