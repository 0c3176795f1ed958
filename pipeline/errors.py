"""Exit codes, problems and exceptions: the one way to report a failure.

The library raises; only the command line exits. Every exception carries the exit code of the command
and the problems that explain it. A message never contains a value of a case.
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
class JsonPlace:
    """A place in a JSON file: a JSON pointer, and the line and column from 1."""

    pointer: str | None = None
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class CellPlace:
    """A cell of a table. ``cell`` is its address (``Cases!B7``), ``pointer`` the field of the case that it fills."""

    cell: str
    row: int
    column: int
    pointer: str | None = None


@dataclass(frozen=True, slots=True)
class WordPlace:
    """A place in a Word file. ``text`` is the paragraph, ``before`` and ``after`` are the paragraphs around it."""

    part: str
    paragraph: int | None = None
    cell: str | None = None
    before: str | None = None
    text: str | None = None
    after: str | None = None

    def describe(self) -> str:
        """Return the place in words: ``body, table 2, row 1, column 3, near “Passport no.”``."""
        near = f"near “{self.text}”" if self.text else f"paragraph {self.paragraph}" if self.paragraph else None
        return ", ".join(word for word in (self.part, self.cell, near) if word)


@dataclass(frozen=True, slots=True)
class PagePlace:
    """A page, from 1, of a PDF in a packet."""

    pdf: str
    page: int

    def describe(self) -> str:
        """Return the place in words: ``bundle.pdf, page 3``."""
        return f"{self.pdf}, page {self.page}"


Place = JsonPlace | CellPlace | WordPlace | PagePlace


@dataclass(frozen=True, slots=True)
class Problem:
    """A failure, a warning or a note, with its place in ``file`` and advice.

    ``code`` is a rule's id (``ID-02``) or a kind of failure (``json-syntax``). ``source`` and ``as_of`` (ISO date)
    name the origin of a visa rule. ``args`` are details of the message for programs, by name. ``message`` and
    ``hint`` are English; ``translations`` has both in every available language. The hint names no command and no
    option: ``cli_hint`` says what to write on the command line, ``cli_hints`` in every available language.
    """

    code: str
    severity: Severity
    message: str
    hint: str
    file: str | None = None
    place: Place | None = None
    source: str | None = None
    as_of: str | None = None
    args: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    translations: Mapping[Language, tuple[str, str]] = field(default_factory=dict, compare=False, repr=False)
    cli_hint: str = ""
    cli_hints: Mapping[Language, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def pointer(self) -> str | None:
        """JSON pointer of the place, if it has one."""
        return self.place.pointer if isinstance(self.place, JsonPlace | CellPlace) else None

    @property
    def line(self) -> int | None:
        """Line of a JSON file, or row of a table."""
        match self.place:
            case JsonPlace(line=line) | CellPlace(row=line):
                return line
        return None

    @property
    def column(self) -> int | None:
        """Column of a JSON file or of a table."""
        return self.place.column if isinstance(self.place, JsonPlace | CellPlace) else None

    @property
    def cell(self) -> str | None:
        """Address of a cell of a table."""
        return self.place.cell if isinstance(self.place, CellPlace) else None

    @property
    def located_message(self) -> str:
        """The message, after the place in words if that is a place in a Word file or a page."""
        if isinstance(self.place, WordPlace | PagePlace):
            return f"{self.place.describe()}: {self.message}"
        return self.message

    def in_language(self, language: Language) -> Problem:
        """Return the problem in ``language``, or in English if it has no translation."""
        message, hint = self.translations.get(language, (self.message, self.hint))
        return replace(self, message=message, hint=hint, cli_hint=self.cli_hints.get(language, self.cli_hint))


class VisaPacketError(Exception):
    """A failure that a user can understand. ``problems`` is never empty."""

    exit_code: ClassVar[ExitCode] = ExitCode.BUG
    problems: tuple[Problem, ...]

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("; ".join(problem.located_message for problem in self.problems))


class InputError(VisaPacketError):
    """An argument is wrong: no such case, revision or file name, or arguments that exclude each other."""

    exit_code = ExitCode.USAGE


class CaseError(VisaPacketError):
    """The case is invalid: not readable, not JSON, against the schema, or against an error-level rule."""

    exit_code = ExitCode.CASE


class TemplateError(VisaPacketError):
    """The template set is invalid."""

    exit_code = ExitCode.TEMPLATE


class AttachmentError(VisaPacketError):
    """An attachment cannot be used."""

    exit_code = ExitCode.ATTACHMENT


class EngineError(VisaPacketError):
    """The engine is missing, failed, or drew something other than the document."""

    exit_code = ExitCode.ENGINE


class OutputError(VisaPacketError):
    """The output cannot be written."""

    exit_code = ExitCode.OUTPUT


class VerificationError(VisaPacketError):
    """A packet differs from its manifest."""

    exit_code = ExitCode.VERIFY


class UnusableError(AttachmentError):
    """One attachment cannot be used. The argument ``field`` of its problem is the field of its entry to correct.

    ``key`` and ``parts`` are those of the message, so that a process can report it to another.
    """

    def __init__(self, problem: Problem, field: str, key: str, parts: Mapping[str, Any]) -> None:
        self.problem = replace(problem, args={"field": field})
        self.key, self.parts = key, parts
        super().__init__(self.problem)

    def in_field(self, field: str) -> UnusableError:
        """Return the same error for another field of the entry."""
        return UnusableError(self.problem, field, self.key, self.parts)


def system_reason(error: OSError) -> str:
    """Return why the operating system refused something, in its words."""
    return (error.strerror or "the system gives no reason").lower()


def bug(error: BaseException) -> Problem:
    """Return a problem with the class of the error and the innermost line of this package in its traceback."""
    traceback: Any = error.__traceback__
    place = "unknown"
    while traceback is not None:
        file = Path(traceback.tb_frame.f_code.co_filename)
        if file.is_relative_to(Path(__file__).parent):
            place = f"{file.relative_to(Path(__file__).parents[1])}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    hint = "please report it with this line; it contains no personal data"
    return Problem("bug", "error", f"a bug in visa-packet: {type(error).__name__} at {place}", hint)


def load_extra(module: str, extra: str, purpose: str) -> Any:
    """Import an optional library. Raise InputError with the command that installs it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        raise missing_extra(module, extra, purpose) from None


def missing_extra(module: str, extra: str, purpose: str) -> InputError:
    """Return the error about an optional library that is missing, with the command that installs it."""
    message = f"{purpose} needs a library that is not installed: {module}"
    hint = f"install it: pip install 'visa-packet[{extra}]'"
    return InputError(Problem("extra-missing", "error", message, hint))
