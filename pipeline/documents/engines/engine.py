"""Engines turn Word documents into PDF. Each is one module behind the protocol below.

To add an engine: a module with a class that meets ``Engine``, and its name in ``ENGINES``.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Protocol

from pipeline.errors import EngineError, Problem

#: name on the command line -> module and class; the first is the default
ENGINES = {
    "office2pdf": ("pipeline.documents.engines.office2pdf", "Office2Pdf"),
    "libreoffice": ("pipeline.documents.engines.libreoffice", "LibreOffice"),
}
DEFAULT_ENGINE = next(iter(ENGINES))


class Engine(Protocol):
    """DOCX in, PDF out. The same bytes in give the same bytes out."""

    name: str

    def version(self) -> str:
        """Version for the manifest. Raises EngineError when the engine is not installed."""
        ...

    def convert(self, docx: bytes) -> bytes:
        """PDF of ``docx``. Raises EngineError, or UndrawableError for characters without a glyph."""
        ...

    def convert_many(self, documents: Iterable[bytes]) -> Iterator[bytes]:
        """The PDF of each of ``documents``, in order. What is raised in the place of a PDF concerns that document.

        An engine that is slow to start converts all of them in one go.
        """
        return map(self.convert, documents)


@cache
def load_engine(name: str) -> Engine:
    """The engine of that name, loaded once a process. Raises EngineError when it is unknown or not installed."""
    if name not in ENGINES:
        known = ", ".join(ENGINES)
        raise EngineError(Problem("engine-unknown", "error", "there is no such engine", f"one of: {known}", name))
    module, engine = ENGINES[name]
    try:
        loaded: Engine = getattr(importlib.import_module(module), engine)()
    except ImportError as error:
        message = f"the engine is not installed: the module {error.name} is missing"
        hint = "install visa-packet anew with its dependencies; `visa-packet doctor` says what is there"
        raise EngineError(Problem("engine-missing", "error", message, hint, name)) from None
    return loaded


def temporary_failure(error: OSError) -> EngineError:
    """What an engine tells when its folder for temporary files cannot be used."""
    reason = (error.strerror or type(error).__name__).lower()
    message = f"the folder for temporary files cannot be used: {reason}"
    return EngineError(
        Problem("engine-temporary", "error", message, "make room there, or name another folder in TMPDIR")
    )
