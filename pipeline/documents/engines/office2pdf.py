"""The engine for what typst does not draw: office2pdf, a wheel that converts with the two font packages only."""

from __future__ import annotations

import io
import os
import re
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from zipfile import BadZipFile

import office2pdf as library
import pikepdf
from pypdfium2 import PdfiumError

from pipeline.documents.engines.cell_borders import complete_borders
from pipeline.documents.engines.deterministic import UnreadableError, make_deterministic
from pipeline.documents.engines.engine import Engine
from pipeline.documents.engines.missing_glyph import characters_in
from pipeline.documents.engines.side_marks import mark_sides
from pipeline.documents.engines.simplify import simplify
from pipeline.errors import EngineError, Problem
from pipeline.formats.fonts import UndrawableError, font_folders
from pipeline.formats.pdf.reading import page_count
from pipeline.formats.word.text import document_language
from pipeline.formats.zip_archive import pack, read_parts

#: Settings of fontconfig that name a folder without fonts. Without settings it searches the usual folders.
_NO_FONTS = Path(__file__).with_name("no-fonts.conf")
#: The library reports a header or footer that it replaces in the way of a font that it replaces.
_HEADERS = "header/footer"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_DECLARED = re.compile(rb"(/Lang\s?\()([A-Za-z-]{2,12})(\)\s*)")
_IN_XMP = re.compile(rb"(<dc:language><rdf:Bag><rdf:li>)([A-Za-z-]{2,12})(</rdf:li></rdf:Bag></dc:language>)")
#: The smallest Word file: one empty paragraph.
_EMPTY = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_WORD}"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r" '
    f'Type="{_OFFICE}/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
    "word/document.xml": '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body><w:p/></w:body></w:document>",
}


class Office2Pdf(Engine):
    """Converts in this process. Its PDF/A-2b mode rejects characters without a glyph instead of drawing boxes.

    The library reads the fontconfig settings from the environment of the process. Without settings of ours it would
    silently draw a missing character with any font of the machine, and the page would depend on the machine.
    """

    name = "office2pdf"

    def __init__(self) -> None:
        os.environ["FONTCONFIG_FILE"] = str(_NO_FONTS)

    def version(self) -> str:
        """Return the version of the installed wheel."""
        return version("office2pdf-python")

    def convert(self, docx: bytes) -> bytes:
        """Return the PDF/A-2b of ``docx``. Raises EngineError or UndrawableError."""
        return _convert(simplify(docx), tuple(font_folders()))


def _empty_cache_early() -> None:
    """Convert an empty document, which takes a millisecond.

    The library caches the layout of each document, 6 MB, and empties its cache after 64 conversions of any size. With
    an empty document for each real one it does so after 32, and a worker takes 400 MB instead of 600 MB.
    """
    library.convert_bytes(_empty(), library.Format.DOCX)


@cache
def _empty() -> bytes:
    return pack({name: part.encode() for name, part in _EMPTY.items()})


def _convert(docx: bytes, folders: tuple[Path, ...]) -> bytes:
    """Return the PDF of ``docx``, drawn with the fonts in these folders."""
    pdf = _draw(docx, folders)
    marked = mark_sides(docx) if _has_several_pages(pdf) else None
    pdf = complete_borders(_draw(marked, folders) if marked else pdf)
    if not _has_days(docx):  # the library takes the present time
        with suppress(UnreadableError):  # the check of the output reports it
            pdf = make_deterministic(pdf)
    language = document_language(docx)
    return set_language(pdf, language) if language else pdf


def _draw(docx: bytes, folders: tuple[Path, ...]) -> bytes:
    """Return the PDF of ``docx`` as the library makes it."""
    try:
        _empty_cache_early()
        result = library.convert_bytes(docx, library.Format.DOCX, _options(folders))
    except library.Office2PdfError as error:
        # The library has no type for this error, and only its message names the characters.
        undrawable = characters_in(str(error))
        if undrawable:
            raise UndrawableError(undrawable) from None
        # The library's message is not reported: it may quote the document.
        raise _failure("engine-failed", "the engine could not convert the document") from None
    except BaseException as error:
        # A panic of the library is not an Exception and cannot be imported; its message may quote the document.
        if type(error).__name__ != "PanicException":
            raise
        raise _failure("engine-failed", "the engine crashed while converting the document") from None
    if result.warnings:
        kinds = ", ".join(sorted({_describe(warning) for warning in result.warnings}))
        raise _failure("engine-warning", f"the engine would not draw the document as Word does: {kinds}")
    return result.pdf


def _has_several_pages(pdf: bytes) -> bool:
    try:
        return page_count(pdf) > 1
    except PdfiumError:
        return False  # the check of the output reports it


def _has_days(docx: bytes) -> bool:
    """Return True if the file says when it was created and changed."""
    try:
        properties = read_parts(docx).get("docProps/core.xml", b"")
    except BadZipFile:  # the library has refused it
        return True
    return b":created" in properties and b":modified" in properties


@cache
def _options(folders: tuple[Path, ...]) -> library.ConvertOptions:
    return library.ConvertOptions(
        font_paths=folders, pdf_standard=library.PdfStandard.PDF_A_2B, tagged=True, include_warnings=True
    )


def _describe(warning: library.ConvertWarning) -> str:
    """Return a warning without text of the document: names of fonts and elements come from the template."""
    if isinstance(warning, library.FallbackUsedWarning) and _HEADERS in warning.from_:
        return f"{warning.from_} is not drawn, but {warning.to} on all pages"
    if isinstance(warning, library.FallbackUsedWarning):
        return f"font {warning.from_!r} is not shipped, {warning.to!r} would be used"
    if isinstance(warning, library.UnsupportedElementWarning | library.PartialElementWarning):
        return f"the element {warning.element!r} is not drawn as in Word"
    return "an element is not drawn as in Word"


def _failure(code: str, message: str) -> EngineError:
    hint = "compare the template with the conventions in docs/templates.md"
    return EngineError(Problem(code, "error", message, hint))


def set_language(pdf: bytes, language: str) -> bytes:
    """Return ``pdf``, a result of the library, declared to be in ``language`` in its catalogue and its metadata.

    A language with as many letters as the declared one replaces it in place: nothing else in the file moves.
    """
    new = language.encode()
    if [len(old) for _, old, _ in _DECLARED.findall(pdf)] == [len(new)]:
        return _IN_XMP.sub(rb"\g<1>" + new + rb"\3", _DECLARED.sub(rb"\g<1>" + new + rb"\3", pdf))
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.Root.Lang = pikepdf.String(language)
        with opened.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            metadata["dc:language"] = {language}
        opened.save(out, deterministic_id=True)
    return out.getvalue()
