"""visa-packet match"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from pipeline.case.directory import FiledPlan
from pipeline.case.source import Source, find_case_id
from pipeline.cli.outcome import attempt
from pipeline.cli.output import CommandReport, OutputStyle, print_problems, problem_to_json
from pipeline.cli.results import results_of_command
from pipeline.cli.shared_options import (
    as_of_option,
    case_files,
    cases_argument,
    day_of,
    directory_option,
    json_options,
    lang_option,
)
from pipeline.cli.terminal import Styled, print_line
from pipeline.language import Language
from pipeline.visa.hospital_match import Fit, LeftOut, Match, Wishes, match_source
from pipeline.visa.labels import label


@click.command(short_help="List the hospitals whose filed plans cover a case.")
@cases_argument
@directory_option
@click.option("--language", "spoken", metavar="CODE", help="Only hospitals that support this language, such as zh.")
@click.option(
    "--prefecture",
    metavar="NAME",
    help="Only hospitals in this prefecture; its Japanese or English name in the directory.",
)
@as_of_option
@lang_option
@json_options
def match(
    cases: tuple[str, ...],
    directory: Path | None,
    spoken: str | None,
    prefecture: str | None,
    as_of: datetime | None,
    language: Language,
    as_json: bool,
) -> int:
    """List the hospitals of the directory with a filed plan that covers each CASE, and the reasons against the others.

    A plan covers a case if it names the kinds of condition and treatment, and the route if the plan names routes.
    Only these fields are needed; the case may lack all others. The exit code is 0 even if no hospital matches.

    \b
    Example:
      visa-packet match examples/wang-xiaoming/case.json --language zh
      visa-packet match examples/wang-xiaoming/case.json --prefecture 東京都 --json
    """
    wishes, style, day = Wishes(spoken, prefecture), OutputStyle(language), day_of(as_of)
    results, files = results_of_command(), case_files(cases)
    results.begin("match", len(files))
    for source in files:
        results.add(_match_one(source, directory, wishes, day, style, as_json=as_json))
    return results.finish(CommandReport("match", results.overall()))


def _match_one(
    source: Source, directory: Path | None, wishes: Wishes, as_of: date, style: OutputStyle, *, as_json: bool
) -> dict[str, Any]:
    outcome = attempt(lambda: match_source(source, wishes, as_of, directory), style)
    matches = outcome.value
    problems = matches.problems if matches else outcome.problems
    if matches is not None:
        print_problems(problems, style)
        if not as_json:
            _print(source.name, matches, style.language)
    return {
        "case": source.name,
        "case_id": find_case_id(source),
        "exit_code": int(outcome.code),
        "match": _document(matches) if matches else None,
        "problems": [problem_to_json(problem, style.language) for problem in problems],
    }


def _print(name: str, matches: Match, language: Language) -> None:
    def text(name: str, **parts: object) -> str:
        return label(name, "match", language).format(**parts)

    number = len(matches.fits) + len(matches.left_out)
    print_line(f"{name}: {text('fit' if matches.fits else 'none', fit=len(matches.fits), all=number)}")
    for fit in matches.fits:
        entry = fit.hospital.entry
        print_line(Styled(f"{fit.hospital.id}  {entry.hospital.name.ja} / {entry.hospital.name.en}", bold=True))
        print_line(f"  {entry.prefecture.ja} / {entry.prefecture.en}  {', '.join(entry.languages)}")
        for plan in fit.plans:
            print_line(f"  {plan.plan_number}  {label(plan.risk_class, 'risk_class', language)}  {plan.plan_title}")
        _print_suspended(fit.suspended, language)
        print_line(f"  {text('checked', as_of=entry.as_of.isoformat(), source=entry.source)}")
    if matches.left_out:
        print_line(text("left_out"))
    for other in matches.left_out:
        print_line(f"  {other.hospital.id}  {'; '.join(text(reason) for reason in other.reasons)}")
        _print_suspended(other.suspended, language)
    print_line(Styled(text("note"), dim=True))


def _print_suspended(plans: Sequence[FiledPlan], language: Language) -> None:
    for row in _suspended(plans):
        words = label("suspended_plan", "match", language)
        print_line(f"  {words.format(number=row['plan_number'], since=row['since'], source=row['source'])}")


def _document(matches: Match) -> dict[str, Any]:
    """The match as a JSON object (schemas/match.schema.json)."""
    return {
        "hospitals": [_fit(fit) for fit in matches.fits],
        "left_out": [_left_out(other) for other in matches.left_out],
    }


def _fit(fit: Fit) -> dict[str, Any]:
    entry = fit.hospital.entry
    return {
        "id": fit.hospital.id,
        "name": {"ja": entry.hospital.name.ja, "en": entry.hospital.name.en},
        "prefecture": {"ja": entry.prefecture.ja, "en": entry.prefecture.en},
        "languages": list(entry.languages),
        "plans": [_plan(plan) for plan in fit.plans],
        "suspended": _suspended(fit.suspended),
        "as_of": entry.as_of.isoformat(),
        "source": entry.source,
    }


def _plan(plan: FiledPlan) -> dict[str, Any]:
    return {"plan_number": plan.plan_number, "plan_title": plan.plan_title, "risk_class": plan.risk_class}


def _left_out(other: LeftOut) -> dict[str, Any]:
    name = other.hospital.entry.hospital.name
    return {
        "id": other.hospital.id,
        "name": {"ja": name.ja, "en": name.en},
        "reasons": list(other.reasons),
        "suspended": _suspended(other.suspended),
    }


def _suspended(plans: Sequence[FiledPlan]) -> list[dict[str, str]]:
    return [
        {"plan_number": plan.plan_number, "since": plan.suspended.since.isoformat(), "source": plan.suspended.source}
        for plan in plans
        if plan.suspended is not None
    ]
