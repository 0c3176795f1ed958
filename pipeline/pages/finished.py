"""A finished document as the rules read it: its paragraphs and cells, its PDF's text, and the template it is from.

The words are read from the Word file, which has each paragraph in one piece; in a PDF a line can end in the midst of
a word, and cells stand in any order. What a reader must find is looked for in the PDF.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from lxml import etree

from pipeline.case import Case, Traveller, Trilingual
from pipeline.days import days_in
from pipeline.pdftext import read_pages, squeezed
from pipeline.wordings import case_texts

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARTS = re.compile(r"word/(document\d*|header\d*|footer\d*|footnotes|endnotes)\.xml")
_TEXT, _BREAKS = f"{_W}t", (f"{_W}tab", f"{_W}br", f"{_W}cr")
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
#: Stands for a tag of the template: no letter, so that the words on its sides do not join.
TAG_MARK = "\ufffc"


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that is not met: at ``pointer`` of the case, or in the template, ``near`` that text of its own."""

    rule_id: str
    details: tuple[str | Trilingual, ...] = ()
    pointer: str | None = None
    near: str | None = None


@dataclass(frozen=True, slots=True)
class WordText:
    """The text of a Word file: its paragraphs, and the cells of each table row."""

    paragraphs: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Finished:
    """One finished document. ``printed`` is every text that the template printed into it, in order."""

    case: Case
    #: whose document it is: ``patient``, ``companion-1`` and so on
    person: str
    template_name: str
    template: bytes
    docx: bytes
    pdf: bytes
    printed: tuple[str, ...]
    #: what its entry in packet.json says that it shows
    shows: tuple[str, ...] = ()
    #: texts that packet.json lets the templates have typed in
    typed_in: tuple[str, ...] = ()

    @property
    def traveller(self) -> Traveller:
        """The person whose document it is."""
        return self.case.travellers[self.person][1]

    @cached_property
    def filled(self) -> WordText:
        """Text of the filled Word file."""
        return read_word(self.docx)

    @cached_property
    def own(self) -> WordText:
        """Text of the template, with its tags."""
        return read_word(self.template)

    @cached_property
    def pdf_text(self) -> str:
        """Text of the PDF as the lines stand."""
        return "\n".join(page.text for page in read_pages(self.pdf))

    @cached_property
    def squeezed_pdf(self) -> str:
        """The same without white space."""
        return squeezed(self.pdf_text)

    @cached_property
    def values(self) -> tuple[tuple[str, str], ...]:
        """Every text of the case, with its JSON pointer."""
        return case_texts(self.case)

    @cached_property
    def known(self) -> tuple[str, ...]:
        """Every text that may stand in it: those of the case, what was printed, and what may be typed in."""
        return (*(text for _, text in self.values), *self.printed, *self.typed_in)

    @cached_property
    def known_days(self) -> frozenset[date]:
        """The days among them."""
        return frozenset(day for text in self.known for day in days_in(text))

    @cached_property
    def days(self) -> frozenset[date]:
        """Every day that stands in the PDF."""
        # A line may end inside of a day; without white space, English days would run into the number before them.
        return frozenset({*days_in(self.pdf_text), *days_in(self.squeezed_pdf)})


def literal(text: str) -> str:
    """What a text of the template says by itself: each tag is a mark."""
    return _TAG.sub(TAG_MARK, text)


def source_of(paragraph: str, template: WordText) -> str | None:
    """The template's own paragraph from which ``paragraph`` was filled; None when all of it was printed."""
    best = max(template.paragraphs, key=lambda own: _shared(own, paragraph), default="")
    return best if _shared(best, paragraph) else None


def _shared(own: str, paragraph: str) -> int:
    pieces = [piece.strip() for piece in literal(own).split(TAG_MARK)]
    return sum(len(piece) for piece in pieces if piece and piece in paragraph)


@lru_cache(maxsize=64)  # a template is read for each document, and a document by more than one stage
def read_word(docx: bytes) -> WordText:
    """Every paragraph of the file, of cells, headers, footers and notes too, and every row of its tables."""
    paragraphs: list[str] = []
    rows: list[tuple[str, ...]] = []
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        for name in sorted(archive.namelist()):
            if _PARTS.fullmatch(name):
                root = etree.fromstring(archive.read(name), etree.XMLParser(resolve_entities=False))
                texts = {node: _text(node) for node in root.iter(f"{_W}p")}
                paragraphs += [text for text in texts.values() if text.strip()]
                rows += [tuple(_cells(row, texts)) for row in root.iter(f"{_W}tr")]
    return WordText(tuple(paragraphs), tuple(rows))


def _cells(row: Any, texts: Mapping[Any, str]) -> Iterator[str]:
    for cell in row.iter(f"{_W}tc"):
        yield "\n".join(texts[paragraph] for paragraph in cell.iter(f"{_W}p"))


def _text(paragraph: Any) -> str:
    """Text of a paragraph across its runs, without that of text boxes inside of it."""
    pieces = []
    has_boxes = paragraph.find(f".//{_W}p") is not None
    for node in paragraph.iter(_TEXT, *_BREAKS):
        if node.tag != _TEXT:
            pieces.append(" " if node.getparent().tag == f"{_W}r" else "")
        elif not has_boxes or next(node.iterancestors(f"{_W}p")) is paragraph:
            pieces.append(node.text or "")
    return "".join(pieces)
