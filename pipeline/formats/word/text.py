"""Text of a Word file: its paragraphs and table rows in reading order."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARTS = re.compile(r"word/(document\d*|header\d*|footer\d*|footnotes|endnotes)\.xml")


_TEXT, _BREAKS = f"{W}t", (f"{W}tab", f"{W}br", f"{W}cr")


@dataclass(frozen=True, slots=True)
class WordText:
    """The text of a Word file: its paragraphs, and the cells of each table row."""

    paragraphs: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=64)  # a template is read for each document, and a document by more than one stage
def read_word(docx: bytes) -> WordText:
    """Every paragraph of the file, of cells, headers, footers and notes too, and every row of its tables."""
    paragraphs: list[str] = []
    rows: list[tuple[str, ...]] = []
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        for name in sorted(archive.namelist()):
            if _PARTS.fullmatch(name):
                root = etree.fromstring(archive.read(name), etree.XMLParser(resolve_entities=False))
                texts = {node: _text(node) for node in root.iter(f"{W}p")}
                paragraphs += [text for text in texts.values() if text.strip()]
                rows += [tuple(_cells(row, texts)) for row in root.iter(f"{W}tr")]
    return WordText(tuple(paragraphs), tuple(rows))


def paragraph_of(element: etree._Element | None) -> etree._Element | None:
    """Return the paragraph that contains ``element``, or is it."""
    while element is not None and element.tag != f"{W}p":
        element = element.getparent()
    return element


def _cells(row: Any, texts: Mapping[Any, str]) -> Iterator[str]:
    for cell in row.iter(f"{W}tc"):
        yield "\n".join(texts[paragraph] for paragraph in cell.iter(f"{W}p"))


def _text(paragraph: Any) -> str:
    """Text of a paragraph across its runs, without that of text boxes inside of it."""
    pieces = []
    has_boxes = paragraph.find(f".//{W}p") is not None
    for node in paragraph.iter(_TEXT, *_BREAKS):
        if node.tag != _TEXT:
            pieces.append(" " if node.getparent().tag == f"{W}r" else "")
        elif not has_boxes or next(node.iterancestors(f"{W}p")) is paragraph:
            pieces.append(node.text or "")
    return "".join(pieces)
