"""One document from template to PDF, with a check that its pages have everything that the template printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pikepdf import PdfError
from pypdfium2 import PdfiumError

from pipeline.documents.draft_mark import find_unmarked_pages
from pipeline.documents.edited import with_properties
from pipeline.documents.engines.closed_up import punctuation_warnings
from pipeline.documents.engines.engine import Engine
from pipeline.documents.engines.line_spacing import spacing_warnings
from pipeline.documents.fill import FilledDocument, fill, mark_draft
from pipeline.documents.proof.lost_text import find_lost, find_unwritten
from pipeline.documents.refusals import refuse_unsupported
from pipeline.errors import EngineError, Problem, VisaPacketError
from pipeline.formats.characters import name_of
from pipeline.formats.fonts import ALLOWED_PREFIX, UndrawableError, undrawable
from pipeline.formats.json.reader import JsonFile, texts
from pipeline.formats.messages import worded_problem
from pipeline.formats.pdf.overlap import pages_with_overlaps
from pipeline.formats.pdf.read_page import ReadPage
from pipeline.formats.pdf.reading import ReadPdf, replaced_characters, text_of_pages
from pipeline.formats.word.docx_file import DocxFile, parse_filled
from pipeline.formats.word.text import WordText, word_text
from pipeline.formats.zip_archive import read_parts
from pipeline.system.atomic import sha256

_OVERLAPPING = (b'w:hRule="exact"', b"<wp:anchor", b"<w:hdr")


@dataclass(frozen=True, slots=True)
class DrawnDocument:
    """A document as Word file and PDF, with what was read of both, and every text that its template printed."""

    docx: bytes
    pdf: bytes
    text: WordText
    read: tuple[ReadPage, ...]
    printed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    edited_sha256: str | None = None

    @property
    def pages(self) -> int:
        """The number of pages."""
        return len(self.read)


@dataclass(frozen=True, slots=True)
class DocumentSource:
    """The Word template of a document, its name for messages, and the context to fill it.

    A ``draft`` has the mark of a draft on each page. If the document was ``edited`` by hand, that Word file is drawn.
    """

    template: bytes
    name: str
    context: Mapping[str, Any]
    draft: bool = False
    edited: bytes | None = None

    @property
    def drawn_from(self) -> bytes:
        """The Word file from which the document is drawn: the template, or the edited file."""
        return self.template if self.edited is None else self.edited

    @property
    def marked(self) -> bytes:
        """That file, with the mark of a draft if the document is a draft."""
        return mark_draft(self.drawn_from, self.name) if self.draft else self.drawn_from

    def fill(self) -> FilledDocument:
        """Return the filled document, or the edited one with the texts that the template would print."""
        if self.edited is None:
            return fill(self.marked, self.name, self.context)
        filled = fill(self.template, self.name, self.context)
        docx = with_properties(self.marked, filled)
        return FilledDocument(docx, parse_filled(read_parts(docx)), filled.texts, None, {})


def draw_all(sources: Iterable[DocumentSource], engine: Engine, case: JsonFile) -> Iterator[DrawnDocument]:
    """Fill, convert and check documents. Raises TemplateError or EngineError, with places in ``case``."""
    sources = list(sources)
    refuse_unsupported(((source.drawn_from, source.name) for source in sources), engine.name)
    filled = [(source, source.fill()) for source in sources]
    pdfs = engine.draw_many([document for _, document in filled])
    for source, document in filled:
        yield _check(source, document, pdfs, case, engine.name)


def draw(source: DocumentSource, engine: Engine, case: JsonFile) -> DrawnDocument:
    """Fill, convert and check one document. Raises as ``draw_all`` does."""
    return next(draw_all([source], engine, case))


def _check(
    source: DocumentSource, filled: FilledDocument, pdfs: Iterator[ReadPdf], case: JsonFile, engine: str
) -> DrawnDocument:
    """Return the document with the next of ``pdfs`` after checking it, and with the warnings about its engine."""
    name = source.name
    try:
        pdf = next(pdfs)
        _check_page(pdf, filled.texts, name)
        _check_text(pdf.pages, filled.word, filled.texts, name)
        _check_overlap(pdf.content, filled.word.parts, name)
        if source.draft:
            _check_mark(pdf.pages, name)
    except UndrawableError as error:
        raise EngineError(_without_glyph(error.characters, name, case)) from None
    except VisaPacketError as error:
        raise type(error)([_in_file(problem, name) for problem in error.problems]) from None
    except (PdfError, PdfiumError, AttributeError, KeyError, ValueError, TypeError):
        message = "the engine made an unreadable PDF"
        raise EngineError(Problem("engine-output", "error", message, "run visa-packet doctor", name)) from None
    about = (source.marked, pdf.engine or engine)
    warnings = [replace(one, file=name) for one in (*punctuation_warnings(*about), *spacing_warnings(*about))]
    drawn = DrawnDocument(
        filled.docx, pdf.content, word_text(filled.word.xml), pdf.pages, filled.texts, tuple(warnings)
    )
    return drawn if source.edited is None else replace(drawn, edited_sha256=sha256(source.edited))


def _check_page(pdf: ReadPdf, printed: Iterable[str], name: str) -> None:
    """Raise if a page has a font that is not shipped, or a replaced character."""
    printed = tuple(printed)
    foreign = {font for font in pdf.fonts if not font.startswith(ALLOWED_PREFIX)}
    if foreign:
        characters = undrawable("".join(printed)) or undrawable(text_of_pages(pdf.pages))
        if characters:
            raise UndrawableError(characters)
        message = f"the page uses fonts that are not shipped: {', '.join(sorted(foreign))}"
        raise EngineError(Problem("engine-font", "error", message, "set the template's text in Noto Sans CJK", name))
    replaced = replaced_characters(pdf.pages)
    if replaced:
        raise UndrawableError(replaced)


def _check_text(pages: Sequence[ReadPage], word: DocxFile, printed: Sequence[str], name: str) -> None:
    """Raise if text of the filled file is not on the pages, or printed values are not in the filled file."""
    unwritten = find_unwritten(word, printed)
    if unwritten:
        message = f"{len(unwritten)} of the {len(printed)} values that the template prints are not in its text"
        hint = "check the template for a tag in a field, a box or a merged cell"
        raise EngineError(Problem("engine-lost-text", "error", message, hint, name))
    lost = find_lost(word, pages)
    if lost:
        message = "text of this paragraph of the filled document is not on the page, in whole or in part"
        hint = (
            "check the template for a cell, box or line that is too small, and for a table that is wider than the page"
        )
        raise EngineError(Problem("engine-lost-text", "error", message, hint, name, place) for place in lost)


def _check_overlap(pdf: bytes, parts: Mapping[str, bytes], name: str) -> None:
    """Raise if text lies on other text. Rows of a fixed height, anchored pictures and tall headers can do this."""
    if not any(mark in part for part in parts.values() for mark in _OVERLAPPING):
        return
    pages = pages_with_overlaps(pdf)
    if pages:
        message = f"text lies on other text on page {', '.join(map(str, pages))}"
        hint = "set the height of table rows to At least in place of Exactly, and place pictures in line with the text"
        raise EngineError(Problem("engine-overlap", "error", message, hint, name))


def _check_mark(pages: Iterable[ReadPage], name: str) -> None:
    """Raise if a page of a draft does not have the mark."""
    unmarked = find_unmarked_pages(pages)
    if unmarked:
        message = f"the mark of a draft is missing from page {', '.join(map(str, unmarked))}"
        hint = "give the pages of the template a plain header, or room for one"
        raise EngineError(Problem("engine-draft-mark", "error", message, hint, name))


def _without_glyph(characters: str, name: str, case: JsonFile) -> list[Problem]:
    """Return the places of these characters in the case; if it does not have them, the template has."""
    in_case = [
        case.locate(worded_problem("glyph-missing", room="case", character=name_of(character)), pointer)
        for pointer, text, is_key in texts(case.data)
        for character in sorted(set(text) & set(characters))
        if not is_key
    ]
    in_template = [
        replace(worded_problem("glyph-missing/template", room="case", character=name_of(character)), file=name)
        for character in sorted(set(characters))
    ]
    return in_case or in_template


def _in_file(problem: Problem, name: str) -> Problem:
    return problem if problem.file else replace(problem, file=name)
