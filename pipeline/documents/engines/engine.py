"""Engines convert Word documents to PDF. Each is one module with a class that implements the protocol below.

To add an engine, write such a class and add its name to ``ENGINES``.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Protocol

from pipeline.errors import EngineError, Problem, system_reason

if TYPE_CHECKING:  # the command line reads this module, and loads nothing to fill documents with
    from pipeline.documents.fill import FilledDocument
    from pipeline.formats.pdf.reading import ReadPdf

#: The name on the command line -> module and class. The first is the default.
ENGINES = {
    "typst": ("pipeline.documents.engines.typst.engine", "Typst"),
    "office2pdf": ("pipeline.documents.engines.office2pdf", "Office2Pdf"),
    "libreoffice": ("pipeline.documents.engines.libreoffice", "LibreOffice"),
}
DEFAULT_ENGINE = next(iter(ENGINES))


class Engine(Protocol):
    """Converts DOCX to PDF. The same input gives the same output."""

    name: str

    def version(self) -> str:
        """Return the version for the manifest. Raises EngineError if the engine is not installed."""
        ...

    def convert(self, docx: bytes) -> bytes:
        """Return the PDF of ``docx``. Raises EngineError, or UndrawableError for characters without a glyph."""
        ...

    def convert_many(self, documents: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the PDF of each of ``documents``, in order. An error in place of a PDF is the error of that document.

        An engine that is slow to start converts all documents at once.
        """
        return map(self.convert, documents)

    def draw_many(self, documents: Iterable[FilledDocument]) -> Iterator[ReadPdf]:
        """Yield the PDF of each filled document, in order, as ``convert_many`` does.

        An engine that draws templates itself fills its own form of the template instead of reading the Word file.
        """
        from pipeline.formats.pdf.reading import read_pdf  # noqa: PLC0415 - loads the parsers

        return map(read_pdf, self.convert_many(document.docx for document in documents))


@cache
def load_engine(name: str) -> Engine:
    """Return an engine, which is loaded once a process. Raises EngineError if it is unknown or not installed."""
    if name not in ENGINES:
        known = ", ".join(ENGINES)
        raise EngineError(Problem("engine-unknown", "error", "no engine has this name", f"one of: {known}", name))
    module, engine = ENGINES[name]
    try:
        loaded: Engine = getattr(importlib.import_module(module), engine)()
    except ImportError as error:
        message = f"the engine is not installed: the module {error.name} is missing"
        hint = "reinstall visa-packet with its dependencies; `visa-packet doctor` lists the installed engines"
        raise EngineError(Problem("engine-missing", "error", message, hint, name)) from None
    return loaded


def temporary_failure(error: OSError) -> EngineError:
    """Return the error for a folder for temporary files that an engine cannot use."""
    reason = system_reason(error)
    message = f"the folder for temporary files cannot be used: {reason}"
    return EngineError(
        Problem("engine-temporary", "error", message, "free some space there, or set TMPDIR to another folder")
    )
