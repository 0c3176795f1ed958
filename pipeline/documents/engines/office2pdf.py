"""The default engine: office2pdf, a converter inside a Python wheel, with the two font packages alone."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

import office2pdf as library

from pipeline.documents.engines.cut_fonts import cut_faces, has_common_characters
from pipeline.documents.engines.engine import Engine
from pipeline.errors import EngineError, Problem
from pipeline.formats.fonts import UndrawableError, font_folders
from pipeline.formats.word.language import language_of

_NO_GLYPH = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
#: Settings of fontconfig that name a folder in which no font can be; with none at all, the usual ones are searched.
_NO_FONTS = Path(__file__).with_name("no-fonts.conf")
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
#: The least that is a Word file: one empty paragraph.
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
    """Converts in this process. PDF/A-2b mode refuses characters that no font has instead of drawing boxes."""

    name = "office2pdf"

    def version(self) -> str:
        """Version of the installed wheel."""
        return version("office2pdf-python")

    def convert(self, docx: bytes) -> bytes:
        """PDF/A-2b of ``docx``. Raises EngineError or UndrawableError."""
        cut = cut_faces() if has_common_characters(docx) else None
        with _without_system_fonts():
            if cut is not None:
                # What these faces cannot draw as the document says is for the whole packages, and theirs is the word.
                with suppress(EngineError, UndrawableError):
                    return _converted(docx, (cut,))
            return _converted(docx, tuple(font_folders()))


def _forget_sooner() -> None:
    """Convert an empty document, which takes a millisecond.

    The engine keeps what it laid out, 6 MB a document, and drops all of it after 64 conversions, whatever they were. So
    it is dropped after half as many documents, and a worker takes 400 MB where it took 600.
    """
    library.convert_bytes(_empty(), library.Format.DOCX)


@cache
def _empty() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in _EMPTY.items():
            archive.writestr(name, part)
    return out.getvalue()


def _converted(docx: bytes, folders: tuple[Path, ...]) -> bytes:
    """The PDF of ``docx`` with the fonts in these folders."""
    try:
        _forget_sooner()
        result = library.convert_bytes(docx, library.Format.DOCX, _options(folders))
    except library.Office2PdfError as error:
        undrawable = _NO_GLYPH.search(str(error))
        if undrawable:
            raise UndrawableError(undrawable[1]) from None
        # The engine's own words may quote the document, so only their kind is told.
        raise _failure("engine-failed", f"the engine could not convert the document ({type(error).__name__})") from None
    except BaseException as error:
        # A panic inside the library is no Exception, and would pass every other handler with its words.
        if type(error).__name__ != "PanicException":
            raise
        raise _failure("engine-failed", "the engine broke off while converting the document") from None
    if result.warnings:
        kinds = ", ".join(sorted({_told(warning) for warning in result.warnings}))
        raise _failure("engine-warning", f"the engine would draw something else than the document says: {kinds}")
    return in_language(result.pdf, language_of(docx))


@cache
def _options(folders: tuple[Path, ...]) -> library.ConvertOptions:
    return library.ConvertOptions(
        font_paths=folders, pdf_standard=library.PdfStandard.PDF_A_2B, tagged=True, include_warnings=True
    )


def _told(warning: library.ConvertWarning) -> str:
    """A warning without any text of the document: font names and element names are the template's."""
    if isinstance(warning, library.FallbackUsedWarning):
        return f"font {warning.from_!r} is not shipped, {warning.to!r} would be used"
    if isinstance(warning, library.UnsupportedElementWarning | library.PartialElementWarning):
        return f"the element {warning.element!r} is not drawn as in Word"
    return type(warning).__name__


def _failure(code: str, message: str) -> EngineError:
    hint = "compare the template with the conventions in docs/templates.md"
    return EngineError(Problem(code, "error", message, hint))


@contextmanager
def _without_system_fonts() -> Iterator[None]:
    """Hide the machine's fonts from the engine while it converts.

    It reads fontconfig's settings and would otherwise draw a missing character with whatever font the
    machine has, without a warning: then the same case gives another page on another machine.
    """
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(_NO_FONTS)
    try:
        yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


_DECLARED = re.compile(rb"(/Lang\s?\()([A-Za-z-]{2,12})(\)\s*)")


_IN_XMP = re.compile(rb"(<dc:language><rdf:Bag><rdf:li>)([A-Za-z-]{2,12})(</rdf:li></rdf:Bag></dc:language>)")


def in_language(pdf: bytes, language: str | None) -> bytes:
    """``pdf`` of the default engine, which declares its language once and once in its metadata, both as they stand.

    A language with as many letters takes the place of the declared one, so that nothing else moves.
    """
    new = (language or "").encode()
    declared = _DECLARED.findall(pdf)
    if len(declared) != 1 or len(declared[0][1]) != len(new):
        return pdf
    return _IN_XMP.sub(rb"\g<1>" + new + rb"\3", _DECLARED.sub(rb"\g<1>" + new + rb"\3", pdf))
