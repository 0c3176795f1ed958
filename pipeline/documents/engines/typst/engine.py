"""The engine typst: translates the Word templates that it knows, and leaves the others to the engine office2pdf."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from itertools import cycle
from pathlib import Path

import typst as library

from pipeline.documents.engines.engine import Engine, load_engine
from pipeline.documents.engines.missing_glyph import characters_in
from pipeline.documents.engines.typst.division import SIGNS, DivisionError, describe, divide
from pipeline.documents.engines.typst.elements import RefusedError
from pipeline.documents.engines.typst.environment import TypstEnvironment
from pipeline.documents.engines.typst.paragraphs import finish, reject_joined_lines
from pipeline.documents.engines.typst.translation import PRELUDE
from pipeline.documents.engines.typst.word_file import translate_document, translate_template
from pipeline.documents.fill import MEMORY, SECONDS, FilledDocument
from pipeline.documents.fill_limits import OutOfTimeError, limited
from pipeline.errors import EngineError, Problem
from pipeline.formats.fonts import UndrawableError, font_folders
from pipeline.formats.pdf.reading import ReadPdf, read_pdf

#: The message with which the prelude stops.
_TOO_HIGH = "the header or footer is higher than its margin"
#: What PDF/A requires of the PDF of all documents; each document gets its own.
_ABOUT = '#set document(title: "documents", date: datetime(year: 2000, month: 1, day: 1))\n'
#: The engine for what this one does not translate.
_OTHER = "office2pdf"


class Typst(Engine):
    """Compiles in this process. Text of templates and cases stands in strings, so a document can read no file."""

    name = "typst"

    def version(self) -> str:
        """Return the version of the installed wheel."""
        return version("typst")

    def convert(self, docx: bytes) -> bytes:
        """Return the PDF/A-2b of ``docx``. Raises EngineError or UndrawableError."""
        try:
            return _compile(reject_joined_lines(translate_document(docx))).content
        except RefusedError:
            return load_engine(_OTHER).convert(docx)

    def draw_many(self, documents: Iterable[FilledDocument]) -> Iterator[ReadPdf]:
        """Yield the PDF/A-2b of each document, from its translated template and its context.

        All are compiled at once. If that fails, each is compiled alone, so that the error is that of its document.
        """
        filled = [_try_to_fill(document) for document in documents]
        sources = [source for _, source in filled if isinstance(source, str)]
        together = _compile_together(sources) if len(sources) > 1 else None
        for document, source in filled:
            try:
                if not isinstance(source, str):
                    raise source
                yield next(together) if together else _compile(source)
            except RefusedError:
                yield replace(read_pdf(load_engine(_OTHER).convert(document.docx)), engine=_OTHER)


def _try_to_fill(document: FilledDocument) -> tuple[FilledDocument, str | RefusedError | EngineError]:
    """Return a document with its Typst source, or with the error that takes its place."""
    try:
        return document, _fill(document)
    except (RefusedError, EngineError) as error:
        return document, error


def _fill(document: FilledDocument) -> str:
    """Return the Typst source of a document. Its tags were tried in the Word file, so a failure here is a limit."""
    if document.template is None:
        return reject_joined_lines(translate_document(document.docx))
    environment = TypstEnvironment()
    try:
        with limited(MEMORY, SECONDS):
            source = environment.from_string(translate_template(document.template)).render(document.context)
            return reject_joined_lines(source)
    except (MemoryError, OutOfTimeError):
        message = "the engine could not fill its form of the template within the limits of memory and time"
        raise _failure(message) from None


def _compile_together(sources: Sequence[str]) -> Iterator[ReadPdf] | None:
    """Return the PDFs of documents that are compiled at once, or None if that fails."""
    try:
        return iter(divide(_pdf(sources), [describe(source) for source in sources]))
    except (library.TypstError, DivisionError):
        return None


def _compile(source: str) -> ReadPdf:
    try:
        (pdf,) = divide(_pdf([source]), [describe(source)])
    except library.TypstError as error:
        undrawable = characters_in(str(error.message))
        if undrawable:
            raise UndrawableError(undrawable) from None
        if _TOO_HIGH in str(error.message):
            raise RefusedError(_TOO_HIGH) from None
        # The library's message is not reported: it may quote the document.
        raise _failure("the engine could not compile the document") from None
    except DivisionError:
        raise _failure("the engine could not tell the pages of the document") from None
    return pdf


def _failure(message: str) -> EngineError:
    hint = "compare the template with the conventions in docs/templates.md"
    return EngineError(Problem("engine-failed", "error", message, hint))


def _pdf(sources: Iterable[str]) -> bytes:
    """Return one PDF/A-2b of all documents. Each begins on a new page. Raises TypstError."""
    # The rule about a document as a whole is replaced by one for all of them.
    bodies = [source.partition("\n")[2] for source in sources]
    parts = (
        f'#document-part("{sign}")[\n{finish(body)}\n#document-end\n]\n#pagebreak(weak: true)\n'
        for sign, body in zip(cycle(SIGNS), bodies)
    )
    pdf = _compiler().compile("".join([_prelude(), _ABOUT, *parts]).encode(), format="pdf", pdf_standards=["a-2b"])
    assert isinstance(pdf, bytes)  # noqa: S101 - one PDF
    return pdf


@cache
def _prelude() -> str:
    return PRELUDE.read_text(encoding="utf-8")


@cache
def _compiler() -> library.Compiler:
    """Return a compiler with the shipped fonts, which are opened once a process."""
    folders = [str(folder) for folder in font_folders()]
    fonts = library.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    return library.Compiler(font_paths=fonts, root=str(Path(__file__).parent))
