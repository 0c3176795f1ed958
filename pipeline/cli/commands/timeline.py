"""visa-packet timeline"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from wcwidth import ljust, width

from pipeline.case.source import Source, find_case_id
from pipeline.cli.commands.timeline_what_if import days_of_visits, print_what_if, visit_options, what_if_to_json
from pipeline.cli.outcome import Outcome, attempt
from pipeline.cli.output import CommandReport, OutputStyle, emit, problem_to_json
from pipeline.cli.shared_options import as_of_option, case_files, day_of, directory_option, json_option, lang_option
from pipeline.cli.terminal import Styled, print_line
from pipeline.errors import ExitCode
from pipeline.language import Language
from pipeline.publish.folder import publish_file
from pipeline.visa.timeline.as_json import timeline_to_json
from pipeline.visa.timeline.from_file import read_timeline
from pipeline.visa.timeline.ics import is_own_ics, to_ics
from pipeline.visa.timeline.picture import draw_png, is_own_png
from pipeline.visa.timeline.step import TimelineStep
from pipeline.visa.timeline.step_words import format_days, timeline_text
from pipeline.visa.timeline.timeline import Timeline
from pipeline.visa.timeline.what_if import WhatIf, what_if


@dataclass(frozen=True, slots=True)
class _Files:
    """Paths of the calendar file and the picture."""

    ics: Path | None
    png: Path | None


@click.command(short_help="Show the dates of one case, from the first paper to the return to sport.")
@click.argument("case", type=click.Path(readable=False))
@directory_option
@as_of_option
@click.option(
    "--for",
    "audience",
    type=click.Choice(["patient", "coordinator"]),
    help="Only the steps of the patient, or of the coordinator; by default all.",
)
@click.option("--ics", type=click.Path(path_type=Path), metavar="FILE", help="Write a calendar file (iCalendar).")
@click.option("--png", type=click.Path(path_type=Path), metavar="FILE", help="Write a picture, 170 mm wide at 300 dpi.")
@visit_options
@lang_option
@json_option
def timeline(
    case: str,
    directory: Path | None,
    as_of: datetime | None,
    audience: str | None,
    ics: Path | None,
    png: Path | None,
    language: Language,
    as_json: bool,
    **visits: datetime | None,
) -> int:
    """Show the dates of one CASE: last days to file papers, filing window, visits, recovery.

    The dates follow from the case, the figures of the hospital and the terms of the visa; they are no promise.
    Files contain the case id, but no name and no illness. A file of the same name is replaced only if visa-packet
    wrote it.

    With --visit-1 (or --visit-2, …), everything on the days of that visit moves with it, and only what changes is
    shown: the steps that move, and the findings of rules that appear or disappear.

    \b
    Example:
      visa-packet timeline examples/wang-xiaoming/case.json
      visa-packet timeline examples/wang-xiaoming/case.json --visit-1 2027-02-02
      visa-packet timeline examples/wang-xiaoming/case.json --as-of 2026-11-22 --for patient --ics visit.ics
    """
    files = case_files([case])
    if len(files) != 1:
        raise click.UsageError(f"the folder {case} contains several cases; name one of them")
    outputs = _Files(ics, png)
    if days := days_of_visits(visits):
        if ics or png:
            raise click.UsageError("--visit-… only shows what would change; it writes no file")
        return _show_what_if(
            lambda: what_if(files[0], day_of(as_of), days, directory), files[0], language, as_json=as_json
        )
    outcome = attempt(
        lambda: _make(files[0], directory, day_of(as_of), audience, outputs, language), OutputStyle(language)
    )
    dates = outcome.value
    result = _result(files[0], outcome, outputs, language)
    emit(CommandReport("timeline", outcome.code, (), [result]), as_json=as_json)
    if dates is not None and not as_json:
        _print(dates, outputs, language)
    return ExitCode(outcome.code)


def _show_what_if(work: Callable[[], WhatIf], source: Source, language: Language, *, as_json: bool) -> int:
    outcome = attempt(work, OutputStyle(language))
    changes = outcome.value
    dates = Outcome(changes.timeline if changes else None, outcome.code, outcome.problems)
    result = _result(source, dates, _Files(None, None), language)
    if changes is not None:
        result["what_if"] = what_if_to_json(changes, language)
    emit(CommandReport("timeline", outcome.code, (), [result]), as_json=as_json)
    if changes is not None and not as_json:
        print_what_if(changes, language)
    return ExitCode(outcome.code)


def _make(
    source: Source, directory: Path | None, as_of: date, audience: str | None, files: _Files, language: Language
) -> Timeline:
    dates = read_timeline(source, as_of, audience, directory)
    if files.ics is not None:
        publish_file(to_ics(dates, language), files.ics, is_own_ics)
    if files.png is not None:
        publish_file(draw_png(dates, language), files.png, is_own_png)
    return dates


def _result(source: Source, outcome: Outcome[Timeline], files: _Files, language: Language) -> dict[str, Any]:
    done = files if outcome.value else _Files(None, None)
    return {
        "case": source.name,
        "case_id": outcome.value.case_id if outcome.value else find_case_id(source),
        "exit_code": int(outcome.code),
        "timeline": timeline_to_json(outcome.value) if outcome.value else None,
        "ics": str(done.ics) if done.ics else None,
        "png": str(done.png) if done.png else None,
        "problems": [problem_to_json(problem, language) for problem in outcome.problems],
    }


def _print(dates: Timeline, files: _Files, language: Language) -> None:
    for line in table_of(dates, language):
        print_line(line)
    for path in (files.ics, files.png):
        if path is not None:
            print_line(Styled(str(path), bold=True))


def table_of(timeline: Timeline, language: Language) -> Iterator[str]:
    """Return a line for each step (days, actor, title), and its notes below."""
    rows = [(format_days(language, step.start, step.end), _who(step, language), step) for step in timeline.steps]
    first = max((width(days) for days, _, _ in rows), default=0)
    second = max((width(who) for _, who, _ in rows), default=0)
    for days, who, step in rows:
        yield f"{ljust(days, first)}  {ljust(who, second)}  {getattr(step.title, language)}"
        for more in (step.text, getattr(step.note, language) if step.note else None):
            if more:
                yield f"{' ' * (first + second + 4)}{more}"


def _who(step: TimelineStep, language: Language) -> str:
    return str(getattr(timeline_text("who", step.who), language))
