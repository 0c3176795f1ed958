"""A finished document as the rules read it: its paragraphs and cells, its PDF's text, and the template it is from.

The words are read from the Word file, which has each paragraph in one piece; in a PDF a line can end in the midst of
a word, and cells stand in any order. What a reader must find is looked for in the PDF.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from pipeline.case.base import Trilingual
from pipeline.case.model import Case
from pipeline.case.people import Traveller
from pipeline.documents.proof.dates_in_text import days_in
from pipeline.formats.pdf.reading import read_pages, squeezed
from pipeline.formats.word.text import WordText, read_word
from pipeline.visa.claims import case_texts

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
