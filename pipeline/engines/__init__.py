"""Engines turn a Word document into a PDF. Each is one module behind the protocol below.

To add an engine: a module with a class that meets ``Engine``, and its name in ``ENGINES``.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Protocol

from pipeline.errors import EngineError, Problem

#: name on the command line -> module and class
ENGINES = {"office2pdf": ("pipeline.engines.office2pdf", "Office2Pdf")}


class Engine(Protocol):
    """One DOCX in, one PDF out. The same bytes in give the same bytes out."""

    name: str

    def version(self) -> str:
        """Version for the manifest. Raises EngineError when the engine is not installed."""
        ...

    def convert(self, docx: bytes) -> bytes:
        """PDF of ``docx``. Raises EngineError, or UndrawableError for characters without a glyph."""
        ...


class UndrawableError(Exception):
    """The engine has no glyph for these characters."""

    def __init__(self, characters: str) -> None:
        self.characters = characters
        super().__init__("characters without a glyph")


@cache
def load_engine(name: str) -> Engine:
    """The engine of that name, loaded once a process. Raises EngineError for an unknown one."""
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
