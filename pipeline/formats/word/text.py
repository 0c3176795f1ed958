"""The text of a Word file: its paragraphs and table rows in reading order, its language, what cannot be drawn of it."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from pipeline.formats.fonts import without_glyph
from pipeline.formats.zip_archive import read_parts

#: The namespace of Word's elements, as lxml writes it before their names.
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_PARTS = re.compile(r"word/(document\d*|header\d*|footer\d*|footnotes|endnotes)\.xml")
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
    paragraphs: list[str] = []
    rows: list[tuple[str, ...]] = []
    for name, part in sorted(read_parts(docx).items()):
        if _PARTS.fullmatch(name):
            root = etree.fromstring(part, xml_parser())
            texts = {paragraph: text_of(paragraph) for paragraph in root.iter(f"{W}p")}
            paragraphs += [text for text in texts.values() if text.strip()]
            rows += [
                tuple("\n".join(texts[paragraph] for paragraph in cell.iter(f"{W}p")) for cell in row.iter(f"{W}tc"))
                for row in root.iter(f"{W}tr")
            ]
    return WordText(tuple(paragraphs), tuple(rows))


def xml_parser() -> etree.XMLParser:
    """Return a parser that expands no entity and fetches nothing."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def text_of(paragraph: etree._Element) -> str:
    """Return the text of a paragraph's own runs, without that of text boxes inside it."""
    pieces = []
    for node in paragraph.iter(_TEXT, _HYPHEN, *_BREAKS):
        parent = node.getparent()
        if paragraph_of(parent) is not paragraph:
            continue
        if node.tag == _TEXT:
            pieces.append(node.text or "")
        elif node.tag == _HYPHEN:
            pieces.append("-")
        elif parent is not None and parent.tag == f"{W}r":  # else a tab stop
            pieces.append(" ")
    return "".join(pieces)


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
