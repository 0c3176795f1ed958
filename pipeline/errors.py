"""Exit codes, problems and exceptions: what can go wrong, and how it is told.

The library raises; only the command line exits. Every exception carries the exit code that the
command will end with and the problems that explain it. A message never holds a value of a case.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from pathlib import Path
from typing import Any, ClassVar, Literal

from pipeline.language import Language

Severity = Literal["error", "warning", "info"]


class ExitCode(IntEnum):
    """Exit codes of the command: a public promise, documented in docs/exit-codes.md."""

    OK = 0
    USAGE = 2
    CASE = 3
    TEMPLATE = 4
    ATTACHMENT = 5
    ENGINE = 6
    OUTPUT = 7
    VERIFY = 8
    SOME_FAILED = 9
    BUG = 70
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a person should know or mend.

    ``code`` is a rule's id (``ID-02``) or a kind of failure (``json-syntax``). ``pointer`` is a JSON
    pointer into ``file``; ``line`` and ``column`` count from 1. ``source`` and ``as_of`` (ISO date)
    say where a rule of the visa comes from. ``cell`` is a place in a table, such as
    ``Cases!B7``. ``message`` and ``hint`` are English; ``translations`` holds
    both in each language that there is.
    """

    code: str
    severity: Severity
    message: str
    hint: str
    file: str | None = None
    pointer: str | None = None
    line: int | None = None
    column: int | None = None
    source: str | None = None
    as_of: str | None = None
    cell: str | None = None
    translations: Mapping[Language, tuple[str, str]] = field(default_factory=dict, compare=False, repr=False)

    def in_language(self, language: Language) -> Problem:
        """The same problem told in ``language``, or in English when it has no words in that."""
        message, hint = self.translations.get(language, (self.message, self.hint))
        return replace(self, message=message, hint=hint)


class VisaPacketError(Exception):
    """A failure that a user can understand. ``problems`` is never empty."""

    exit_code: ClassVar[ExitCode] = ExitCode.BUG

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("; ".join(problem.message for problem in self.problems))


class InputError(VisaPacketError):
    """What the caller named is no case, no revision or no name for a file, or cannot be worked on together."""

    exit_code = ExitCode.USAGE


class CaseError(VisaPacketError):
    """The case is wrong: not readable, not JSON, against the schema, or against an error-level rule."""

    exit_code = ExitCode.CASE


class TemplateError(VisaPacketError):
    """The template set is wrong."""

    exit_code = ExitCode.TEMPLATE


class AttachmentError(VisaPacketError):
    """An attachment cannot be used."""

    exit_code = ExitCode.ATTACHMENT


class EngineError(VisaPacketError):
    """The engine is missing, failed, or drew something else than the document says."""

    exit_code = ExitCode.ENGINE


class OutputError(VisaPacketError):
    """The output cannot be written."""

    exit_code = ExitCode.OUTPUT


class VerificationError(VisaPacketError):
    """A packet is not what its manifest says."""

    exit_code = ExitCode.VERIFY


class UnusableError(Exception):
    """Why one attachment cannot be used, and what to do. ``field`` of its entry in the case is where to mend it."""

    def __init__(self, code: str, message: str, hint: str, field: str = "path") -> None:
        self.code, self.message, self.hint, self.field = code, message, hint, field
        super().__init__(message)


def bug(error: BaseException) -> Problem:
    """The kind of the error and the last place in this package that it went through."""
    traceback: Any = error.__traceback__
    place = "unknown"
    while traceback is not None:
        file = Path(traceback.tb_frame.f_code.co_filename)
        if file.is_relative_to(Path(__file__).parent):
            place = f"{file.relative_to(Path(__file__).parents[1])}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    hint = "please report it with this line; it holds no personal data"
    return Problem("bug", "error", f"a bug in visa-packet: {type(error).__name__} at {place}", hint)


def load_extra(module: str, extra: str, purpose: str) -> Any:
    """The module of an optional library. Raises InputError that says how to install it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        message = f"{purpose} needs a library that is not installed: {module}"
        hint = f"install it: pip install 'visa-packet[{extra}]'"
        raise InputError(Problem("extra-missing", "error", message, hint)) from None
