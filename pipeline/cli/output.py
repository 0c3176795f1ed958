"""One result, told in two ways: as text for people, or as one JSON document (schemas/report.schema.json)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from pipeline.errors import ExitCode, Problem
from pipeline.language import Language
from pipeline.resources import VERSION

if TYPE_CHECKING:
    from pipeline.packet.plan import State

COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}
#: What a packet may be used for, in words.
STATES: Mapping[State, str] = {
    "final": "final: no error is open and no paper is missing",
    "incomplete": "incomplete: papers are missing, the cover sheet lists them",
    "draft": "draft: not for filing",
}


@dataclass(frozen=True, slots=True)
class Telling:
    """How problems are told: in which language, and whether notes are printed one by one."""

    language: Language = "en"
    notes: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """What a command ends with. ``results`` are plain JSON objects, one a case, path, schema, rule or check."""

    command: str | None
    exit_code: ExitCode
    problems: Sequence[Problem] = ()
    results: Sequence[dict[str, Any]] = ()


def emit(report: Report, *, as_json: bool) -> None:
    """Print the report's problems on stderr and, with ``as_json``, the whole of it on stdout."""
    for problem in report.problems:
        print_problem(problem)
    if as_json:
        click.echo(json.dumps(document_of(report), ensure_ascii=False))


def print_problem(problem: Problem) -> None:
    """One problem on stderr: place, what, what to do, and where the rule comes from."""
    severity = click.style(problem.severity, fg=COLOURS[problem.severity], bold=True)
    where = (problem.cell,) if problem.cell else (problem.line, problem.column)
    place = ":".join(str(part) for part in (problem.file, *where) if part is not None)
    click.echo(f"{severity} {problem.code}  {place}  {problem.pointer or ''}".rstrip(), err=True)
    click.echo(f"  {problem.located_message}", err=True)
    click.echo(f"  hint: {problem.hint}", err=True)
    if problem.source:
        click.echo(click.style(f"  source: {problem.source} (as of {problem.as_of})", dim=True), err=True)


def show(problems: Sequence[Problem], telling: Telling) -> None:
    """Print problems for people; notes only as their number, unless they are asked for."""
    for problem in problems:
        if telling.notes or problem.severity != "info":
            print_problem(problem.in_language(telling.language))
    notes = sum(problem.severity == "info" for problem in problems)
    if notes and not telling.notes:
        line = "1 note; --notes shows it" if notes == 1 else f"{notes} notes; --notes shows them"
        click.secho(line, dim=True, err=True)


def told(problem: Problem, language: Language = "en") -> dict[str, Any]:
    """A problem as a JSON object."""
    translated = problem.in_language(language)
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": translated.located_message,
        "hint": translated.hint,
        "file": problem.file,
        "pointer": problem.pointer,
        "line": problem.line,
        "column": problem.column,
        "source": problem.source,
        "as_of": problem.as_of,
        **({"cell": problem.cell} if problem.cell else {}),  # only tables have cells
    }


def document_of(report: Report) -> dict[str, Any]:
    """The report as a JSON object."""
    return {
        "visa_packet": VERSION,
        "command": report.command,
        "exit_code": int(report.exit_code),
        "problems": [told(problem) for problem in report.problems],
        "results": list(report.results),
    }
