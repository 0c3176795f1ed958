"""Output of a command: text for people, or one JSON document for programs (schemas/report.schema.json)."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.cli.terminal import Styled, print_json, print_line
from pipeline.errors import ExitCode, Problem
from pipeline.language import Language
from pipeline.resources import VERSION
from pipeline.visa.labels import describe_state, label

if TYPE_CHECKING:
    from pipeline.packet.packet_parts import State

_SEVERITIES = ("error", "warning", "info")
COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}


def styled_state(state: State | None, language: Language, failure: str = "invalid") -> Styled:
    """Return the state of a packet in words, in a colour that says whether something is open; None is a failure."""
    if state is None:
        return Styled(label(failure, "verdict", language), fg="red", bold=True)
    return Styled(describe_state(state, language), fg="green" if state == "ready_to_file" else "yellow")


@dataclass(frozen=True, slots=True)
class OutputStyle:
    """Style of the output: language of findings, notes in full or as a number, JSON or text, failures only."""

    language: Language = "en"
    notes: bool = True
    as_json: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class CommandReport:
    """Result of a command. ``results`` are plain JSON objects, one per case, path, schema, rule or check.

    ``language`` is that of the problems.
    """

    command: str | None
    exit_code: ExitCode
    problems: Sequence[Problem] = ()
    results: Sequence[dict[str, Any]] = ()
    language: Language = "en"


def emit(report: CommandReport, *, as_json: bool) -> None:
    """Print the problems of a report on standard error and, with ``as_json``, the whole report on standard output."""
    for problem in report.problems:
        print_problem(problem.in_language(report.language), report.language)
    if as_json:
        print_json(report_to_json(report))


def print_problem(problem: Problem, language: Language = "en", *, hint: bool = True) -> None:
    """Print one problem on standard error: place, message, hint, and the source of a rule."""
    severity = Styled(label(problem.severity, "printed", language), COLOURS[problem.severity], bold=True)
    where = (problem.cell,) if problem.cell else (problem.line, problem.column)
    place = ":".join(str(part) for part in (problem.file, *where) if part is not None)
    print_line(severity, f" {problem.code}  {place}  {problem.pointer or ''}".rstrip(), err=True)
    print_line(f"  {problem.located_message}", err=True)
    if hint:
        print_line(f"  {label('hint', 'printed', language)}{problem.hint}", err=True)
        if problem.cli_hint:
            print_line(f"  {label('cli_hint', 'printed', language)}{problem.cli_hint}", err=True)
    if problem.source:
        print_line(Styled(f"  source: {problem.source} (as of {problem.as_of})", dim=True), err=True)


def print_problems(problems: Sequence[Problem], style: OutputStyle) -> None:
    """Print problems on standard error: errors first, then warnings, and equal hints once.

    Of notes, print only their number, unless ``style`` asks for them in full.
    """
    print_questions([problem for problem in problems if "who" in problem.args], style.language)
    left_out = [problem for problem in problems if f"left_out_{style.language}" in problem.args]
    hints: set[str] = set()
    left_out = left_out if len(left_out) > 1 else []
    others = [problem for problem in problems if "who" not in problem.args and problem not in left_out]
    for problem in sorted(others, key=lambda problem: _SEVERITIES.index(problem.severity)):
        if style.notes or problem.severity != "info":
            translated = problem.in_language(style.language)
            print_problem(translated, style.language, hint=translated.hint not in hints)
            hints.add(translated.hint)
    print_left_out(left_out, style.language)
    notes = sum(problem.severity == "info" for problem in problems)
    if notes and not style.notes:
        line = label("notes_one" if notes == 1 else "notes", "printed", style.language)
        print_line(Styled(line.format(count=notes), dim=True), err=True)


def print_left_out(problems: Sequence[Problem], language: Language) -> None:
    """Print the documents that a draft is without, on one line: the questions are printed already."""
    if problems:
        titles = " / ".join(problem.args[f"left_out_{language}"] for problem in problems)
        words = label("left_out", "printed", language).format(count=len(problems), titles=titles)
        severity = Styled(label("warning", "printed", language), COLOURS["warning"], bold=True)
        print_line(severity, f" {problems[0].code}  {words}", err=True)


def print_questions(questions: Sequence[Problem], language: Language) -> None:
    """Print the questions of a case that lacks fields, by the person who knows the answer."""
    if questions:
        print_line(Styled(label("head", "asked", language).format(**questions[0].args), bold=True), err=True)
    for who in dict.fromkeys(question.args["who"] for question in questions):
        print_line(label(who, "asked", language), err=True)
        for question in (each for each in questions if each.args["who"] == who):
            translated = question.in_language(language)
            place = f"{question.file}:{question.line}:{question.column}  {question.pointer}/{question.args['field']}"
            print_line(f"  {translated.message} {translated.hint}", err=True)
            print_line(Styled(f"    {place}", dim=True), err=True)
    if questions:
        print_line(label("command", "asked", language).format(case=shlex.quote(questions[0].file or "")), err=True)


def print_verdict(words: Styled, problems: Sequence[Problem], language: Language, name: str = "") -> None:
    """Print the last line about a case: the verdict in words, and the numbers of errors, warnings and notes."""
    numbers = Counter(problem.severity for problem in problems)
    counts = label("counts", "verdict", language).format(
        errors=numbers["error"], warnings=numbers["warning"], notes=numbers["info"]
    )
    print_line(f"{name}: " if name else "", words, f"  ({counts})")


def problem_to_json(problem: Problem, language: Language = "en") -> dict[str, Any]:
    """Return a problem as a JSON object."""
    translated = problem.in_language(language)
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": translated.located_message,
        "hint": translated.hint,
        **({"cli_hint": translated.cli_hint} if translated.cli_hint else {}),
        "file": problem.file,
        "pointer": problem.pointer,
        "line": problem.line,
        "column": problem.column,
        "source": problem.source,
        "as_of": problem.as_of,
        **({"cell": problem.cell} if problem.cell else {}),  # only tables have cells
        **({"who": problem.args["who"]} if "who" in problem.args else {}),  # only missing fields of a case
        **(_field(problem) if problem.code == "schema-required" else {}),
    }


def _field(problem: Problem) -> dict[str, str]:
    """Return the pointer of a missing field; nothing if the manifest of an earlier build records the problem."""
    return {"field": f"{problem.pointer}/{problem.args['field']}"} if "field" in problem.args else {}


def fields_to_json(problems: Sequence[Problem]) -> dict[str, Any]:
    """Return how many of the required fields of a case are filled in, as a member of its result; nothing if all are."""
    counts = next((problem.args for problem in problems if "who" in problem.args), None)
    return {"fields": {name: int(counts[name]) for name in ("filled", "required")}} if counts else {}


def report_to_json(report: CommandReport) -> dict[str, Any]:
    """Return a report as a JSON object."""
    return {
        "visa_packet": VERSION,
        "command": report.command,
        "exit_code": int(report.exit_code),
        "problems": [problem_to_json(problem, report.language) for problem in report.problems],
        "results": list(report.results),
    }
