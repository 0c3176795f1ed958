"""A finished document as the rules read it: its paragraphs and cells, the text of its PDF, and its template.

Claims and foreign values are searched in the Word file, which has each paragraph in one piece: in a PDF a line can end
inside a word, and cells come in any order. Required content is searched in the PDF.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from pipeline.case.model import Case
from pipeline.case.people import Traveller
from pipeline.documents.proof.dates_in_text import find_days
from pipeline.formats.json.reader import JsonFile
from pipeline.formats.pdf.read_page import ReadPage
from pipeline.formats.pdf.reading import squeeze
from pipeline.formats.word.text import WordText, read_word
from pipeline.visa.claims import case_texts

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
#: Replaces a tag of the template. It is not a letter, so the words on both sides are not joined.
TAG_MARK = "\ufffc"


@dataclass(frozen=True)
class FinishedDocument:
    """One finished document. ``printed`` has every text that the template printed, in order."""

    case: Case
    #: The JSON file of the case, for places in it.
    case_file: JsonFile
    #: The owner of the document: ``patient``, ``companion-1`` and so on.
    person: str
    template_name: str
    template: bytes
    #: The text of the filled Word file.
    filled: WordText
    pages: tuple[ReadPage, ...]
    printed: tuple[str, ...]
    #: The content that it must show, by its entry in packet.json.
    shows: tuple[str, ...] = ()
    #: Values that packet.json permits as fixed text of the templates.
    typed_in: tuple[str, ...] = ()
    #: True if ``template`` is a file that was edited by hand: its text has values of the case and is not quoted.
    is_edited: bool = False

    @property
    def traveller(self) -> Traveller:
        """The owner of the document."""
        return self.case.travellers[self.person][1]

    @cached_property
    def own(self) -> WordText:
        """The text of the template, with its tags."""
        return read_word(self.template)

    @cached_property
    def pdf_text(self) -> str:
        """The text of the PDF, line by line."""
        return "\n".join(page.text for page in self.pages)

    @cached_property
    def squeezed_pdf(self) -> str:
        """The text of the PDF without white space."""
        return squeeze(self.pdf_text)

    @cached_property
    def values(self) -> tuple[tuple[str, str], ...]:
        """Every text of the case, with its JSON pointer."""
        return case_texts(self.case)

    @cached_property
    def known(self) -> tuple[str, ...]:
        """Every text that the document may have: of the case, printed by the template, or permitted as fixed text."""
        return (*(text for _, text in self.values), *self.printed, *self.typed_in)

    @cached_property
    def known_days(self) -> frozenset[date]:
        """The days in these texts."""
        return frozenset(day for text in self.known for day in find_days(text))

    @cached_property
    def days(self) -> frozenset[date]:
        """Every day in the PDF."""
        # Both texts are needed: a line can end inside a day, and without white space an English day would be joined
        # with a number before it.
        return frozenset({*find_days(self.pdf_text), *find_days(self.squeezed_pdf)})


def mask_tags(text: str) -> str:
    """Return a text of the template with a mark in place of each tag."""
    return _TAG.sub(TAG_MARK, text)


def find_source(paragraph: str, template: WordText) -> str | None:
    """Return the template's paragraph from which ``paragraph`` was filled; None if all its text was printed."""
    best = max(template.paragraphs, key=lambda own: _shared(own, paragraph), default="")
    return best if _shared(best, paragraph) else None


def _shared(own: str, paragraph: str) -> int:
    pieces = [piece.strip() for piece in mask_tags(own).split(TAG_MARK)]
    return sum(len(piece) for piece in pieces if piece and piece in paragraph)
