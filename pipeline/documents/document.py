"""One document from template to PDF, and the proof that the page says what the template printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pikepdf import PdfError
from pypdfium2 import PdfiumError

from pipeline.case.printable import GLYPH_HINT
from pipeline.documents.draft_mark import marked, unmarked_pages
from pipeline.documents.engines.engine import Engine
from pipeline.documents.fill import Filled, fill
from pipeline.errors import EngineError, Problem, VisaPacketError
from pipeline.formats.characters import name_of
from pipeline.formats.fonts import ALLOWED_PREFIX, UndrawableError, undrawable
from pipeline.formats.json.reader import JsonFile, texts
from pipeline.formats.pdf.reading import embedded_fonts, lost_texts, read_pages, replaced_characters, text_of


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finished document. ``printed`` is every text that its template printed, ``problems`` what its rules found."""

    docx: bytes
    pdf: bytes
    pages: int
    printed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a document is made from: a Word template, its name for messages, and what it is filled with.

    A ``draft`` bears the mark of a draft on each page.
    """

    template: bytes
    name: str
    context: Mapping[str, Any]
    draft: bool = False

    @property
    def to_fill(self) -> bytes:
        """The template, with the mark of a draft where the document is one."""
        return marked(self.template) if self.draft else self.template


def draw_all(sheets: Iterable[Sheet], engine: Engine, case: JsonFile) -> Iterator[Drawn]:
    """Fill, convert and check documents. Raises TemplateError or EngineError; ``case`` is for places."""
    filled = [(sheet, fill(sheet.to_fill, sheet.name, sheet.context)) for sheet in sheets]
    pdfs = engine.convert_many([document.docx for _, document in filled])
    for sheet, document in filled:
        yield _drawn(sheet, document, pdfs, case)


def draw(
    template: bytes, name: str, context: Mapping[str, Any], engine: Engine, case: JsonFile, *, draft: bool = False
) -> Drawn:
    """The same for one document."""
    return next(draw_all([Sheet(template, name, context, draft)], engine, case))


def _drawn(sheet: Sheet, filled: Filled, pdfs: Iterator[bytes], case: JsonFile) -> Drawn:
    """The document with the next of ``pdfs``, which is its own."""
    name = sheet.name
    try:
        pdf = next(pdfs)
        _check_page(pdf, filled.texts, name)
        if sheet.draft:
            _check_mark(pdf, name)
        pages = len(read_pages(pdf))
    except UndrawableError as error:
        raise EngineError(_without_glyph(error.characters, name, case)) from None
    except VisaPacketError as error:
        raise type(error)([_in_file(problem, name) for problem in error.problems]) from None
    except (PdfError, PdfiumError, AttributeError, KeyError, ValueError, TypeError) as error:
        message = f"what the engine made is not a PDF that can be read ({type(error).__name__})"
        raise EngineError(Problem("engine-output", "error", message, "run visa-packet doctor", name)) from None
    return Drawn(filled.docx, pdf, pages, filled.texts)


def _check_page(pdf: bytes, printed: Iterable[str], name: str) -> None:
    """Raise when a page has another font than the shipped ones, or signs for what is missing, or lacks a value."""
    printed = tuple(printed)
    foreign = {font for font in embedded_fonts(pdf) if not font.startswith(ALLOWED_PREFIX)}
    if foreign:
        characters = undrawable("".join(printed)) or undrawable(text_of(pdf))
        if characters:
            raise UndrawableError(characters)
        message = f"the page uses fonts that are not shipped: {', '.join(sorted(foreign))}"
        raise EngineError(Problem("engine-font", "error", message, "set the template's text in Noto Sans CJK", name))
    replaced = replaced_characters(pdf)
    if replaced:
        raise UndrawableError(replaced)
    lost = lost_texts(pdf, printed)
    if lost:
        message = f"{len(lost)} of the {len(printed)} values that the template prints are not on the page"
        hint = "look in the template for a cell, box or line that is too small for them"
        raise EngineError(Problem("engine-lost-text", "error", message, hint, name))


def _check_mark(pdf: bytes, name: str) -> None:
    """Raise when a page of a draft could pass as final."""
    unmarked = unmarked_pages(pdf)
    if unmarked:
        message = f"the mark of a draft is missing from page {', '.join(map(str, unmarked))}"
        hint = "give the pages of the template a plain header, or room for one"
        raise EngineError(Problem("engine-draft-mark", "error", message, hint, name))


def _without_glyph(characters: str, name: str, case: JsonFile) -> list[Problem]:
    """Where in the case the characters stand; in the template itself when they are not in the case."""
    found = [
        case.problem("glyph-missing", pointer, f"the shipped fonts have no glyph for {name_of(character)}", GLYPH_HINT)
        for pointer, text, is_key in texts(case.data)
        for character in sorted(set(text) & set(characters))
        if not is_key
    ]
    unplaced = [
        Problem(
            "glyph-missing",
            "error",
            f"the template has {name_of(character)}, for which the shipped fonts have no glyph",
            GLYPH_HINT,
            name,
        )
        for character in sorted(set(characters))
    ]
    return found or unplaced


def _in_file(problem: Problem, name: str) -> Problem:
    return problem if problem.file else replace(problem, file=name)
