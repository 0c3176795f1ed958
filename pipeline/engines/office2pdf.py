"""The default engine: office2pdf, a converter inside a Python wheel, with the two font packages alone."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import office2pdf as library

from pipeline.engines import Engine, UndrawableError, temporary_failure
from pipeline.errors import EngineError, Problem
from pipeline.fonts import font_folders

_NO_GLYPH = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
_NO_FONTS = '<?xml version="1.0"?><fontconfig><dir>{folder}</dir></fontconfig>'


class Office2Pdf(Engine):
    """Converts in this process. PDF/A-2b mode refuses characters that no font has instead of drawing boxes."""

    name = "office2pdf"

    def version(self) -> str:
        """Version of the installed wheel."""
        return version("office2pdf-python")

    def convert(self, docx: bytes) -> bytes:
        """PDF/A-2b of ``docx``. Raises EngineError or UndrawableError."""
        try:
            with _without_system_fonts():
                result = library.convert_bytes(docx, library.Format.DOCX, self._options)
        except library.Office2PdfError as error:
            undrawable = _NO_GLYPH.search(str(error))
            if undrawable:
                raise UndrawableError(undrawable[1]) from None
            # The engine's own words may quote the document, so only their kind is told.
            raise _failure(
                "engine-failed", f"the engine could not convert the document ({type(error).__name__})"
            ) from None
        except OSError as error:
            raise temporary_failure(error) from None
        except BaseException as error:
            # A panic inside the library is no Exception, and would pass every other handler with its words.
            if type(error).__name__ != "PanicException":
                raise
            raise _failure("engine-failed", "the engine broke off while converting the document") from None
        if result.warnings:
            kinds = ", ".join(sorted({_told(warning) for warning in result.warnings}))
            raise _failure("engine-warning", f"the engine would draw something else than the document says: {kinds}")
        return result.pdf

    @cached_property
    def _options(self) -> library.ConvertOptions:
        return library.ConvertOptions(
            font_paths=font_folders(),
            pdf_standard=library.PdfStandard.PDF_A_2B,
            tagged=True,
            include_warnings=True,
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
    with tempfile.TemporaryDirectory(prefix="visa-packet-") as folder:
        settings = Path(folder, "fonts.conf")
        empty = Path(folder, "none")
        empty.mkdir()
        settings.write_text(_NO_FONTS.format(folder=empty), encoding="utf-8")
        os.environ["FONTCONFIG_FILE"] = str(settings)
        try:
            yield
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before
