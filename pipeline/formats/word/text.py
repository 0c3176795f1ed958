"""The text of a Word file: its paragraphs and table rows in reading order, its language, what cannot be drawn of it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from pipeline.formats.fonts import without_glyph
from pipeline.formats.zip_archive import read_parts

#: The namespace of Word's elements, as lxml writes it before their names.
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_PARTS = re.compile(r"word/(document\d*|header\d*|footer\d*|footnotes|endnotes)\.xml")
_PARAGRAPH, _TEXT_BOX = f"{W}p", f"{W}txbxContent"
_TEXT, _HYPHEN, _BREAKS = f"{W}t", f"{W}noBreakHyphen", (f"{W}tab", f"{W}br", f"{W}cr")
_PROPERTY = re.compile(rb"<dc:language>([A-Za-z-]{2,12})</dc:language>")
_EAST_ASIAN = re.compile(rb'<w:lang [^>]*w:eastAsia="([A-Za-z-]{2,12})"')


@dataclass(frozen=True, slots=True)
class WordText:
    """The text of a Word file: its paragraphs, and the cells of each table row."""

    paragraphs: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=64)  # a template is read for each document, and a document by more than one stage
def read_word(docx: bytes) -> WordText:
    """Return every paragraph, those of cells, headers, footers and notes too, and every table row.

    Raise BadZipFile or LxmlError for a file that was not checked before.
    """
    parts = read_parts(docx)
    return word_text({name: etree.fromstring(parts[name], xml_parser()) for name in parts if _PARTS.fullmatch(name)})


def word_text(xml: Mapping[str, etree._Element]) -> WordText:
    """Return the text of a Word file with these parsed parts, as ``read_word`` does."""
    paragraphs: list[str] = []
    rows: list[tuple[str, ...]] = []
    for root in (xml[name] for name in sorted(xml) if _PARTS.fullmatch(name)):
        texts = paragraph_texts(root)
        paragraphs += [text for text in texts.values() if text.strip()]
        rows += [
            tuple("\n".join(texts[paragraph] for paragraph in cell.iter(_PARAGRAPH)) for cell in row.iter(f"{W}tc"))
            for row in root.iter(f"{W}tr")
        ]
    return WordText(tuple(paragraphs), tuple(rows))


def xml_parser() -> etree.XMLParser:
    """Return a parser that expands no entity and fetches nothing."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def text_of(paragraph: etree._Element) -> str:
    """Return the text of a paragraph's own runs, without that of text boxes inside it."""
    return paragraph_texts(paragraph)[paragraph]


def paragraph_texts(root: etree._Element) -> dict[etree._Element, str]:
    """Return each paragraph with the text of its own runs."""
    found: dict[etree._Element, list[str]] = {}
    for paragraph, node in walk_paragraphs(root, (_TEXT, _HYPHEN, *_BREAKS)):
        tag = node.tag
        if tag == _PARAGRAPH:
            found[paragraph] = []
        elif tag == _TEXT:
            found[paragraph].append(node.text or "")
        elif tag == _HYPHEN:
            found[paragraph].append("-")
        elif _is_in_run(node):  # else a tab stop
            found[paragraph].append(" ")
    return {paragraph: "".join(pieces) for paragraph, pieces in found.items()}


def walk_paragraphs(root: etree._Element, tags: Sequence[str]) -> Iterator[tuple[etree._Element, etree._Element]]:
    """Yield each paragraph, and each element with one of ``tags`` in a paragraph, after the innermost paragraph of it.

    A paragraph comes with itself. This takes a fraction of the time of asking each element for its ancestors.
    """
    if root.find(f".//{_TEXT_BOX}") is None:
        yield from _walk_side_by_side(root, tags)
        return
    around: list[etree._Element] = []
    for event, element in etree.iterwalk(root, ("start", "end"), (_PARAGRAPH, *tags)):
        if element.tag == _PARAGRAPH:
            if event == "end":
                around.pop()
                continue
            around.append(element)
        if event == "start" and around:
            yield around[-1], element


def _walk_side_by_side(root: etree._Element, tags: Sequence[str]) -> Iterator[tuple[etree._Element, etree._Element]]:
    """Do the same in half the time where no paragraph is in another one."""
    paragraph = None
    for element in root.iter(_PARAGRAPH, *tags):
        paragraph = element if element.tag == _PARAGRAPH else paragraph
        if paragraph is not None:
            yield paragraph, element


def _is_in_run(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag == f"{W}r"


def paragraph_of(element: etree._Element | None) -> etree._Element | None:
    """Return the paragraph that contains ``element``, or is it."""
    while element is not None and element.tag != f"{W}p":
        element = element.getparent()
    return element


def undrawable_in(docx: bytes) -> str:
    """Return the characters of a document's text that the shipped fonts have no glyph for.

    Of what is no Word document, none: the engine reports that itself.
    """
    try:
        return without_glyph("".join(read_word(docx).paragraphs))
    except (zipfile.BadZipFile, etree.LxmlError):
        return ""


def document_language(docx: bytes) -> str | None:
    """Return the language in the properties of a Word file, else the one that its styles set for East Asian text.

    Engines take the language of the Latin letters, which in Japanese and Chinese documents is that of a few words.
    """
    try:
        parts = read_parts(docx)
    except zipfile.BadZipFile:
        return None  # the engine reports it
    for part, pattern in (("docProps/core.xml", _PROPERTY), ("word/styles.xml", _EAST_ASIAN)):
        found = pattern.search(parts.get(part, b""))
        if found:
            return found[1].decode()
    return None
