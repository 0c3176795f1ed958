"""What ``visa-packet timeline --visit-1 DAY`` prints and reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

import click
from wcwidth import ljust, width

from pipeline.case.importing.dates import iso_date
from pipeline.cli.output import OutputStyle, print_problems, problem_to_json
from pipeline.cli.terminal import Styled, print_line
from pipeline.language import Language
from pipeline.visa.labels import label
from pipeline.visa.timeline.step_words import format_days
from pipeline.visa.timeline.what_if import WhatIf

#: As many visits as a case may have. The help shows the first two.
_VISITS = range(1, 13)
_SHOWN = 2

Command = TypeVar("Command", bound=Callable[..., object])


class _Day(click.DateTime):
    """A day as people write it, such as 2027/2/2 or 2027年2月2日."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return super().convert(iso_date(value) if isinstance(value, str) else value, param, ctx)


def visit_options(command: Command) -> Command:
    """Add ``--visit-1`` to ``--visit-12``, which become arguments ``visit_1`` and so on."""
    for number in reversed(_VISITS):
        command = click.option(
            f"--visit-{number}",
            type=_Day(["%Y-%m-%d"]),
            metavar="DATE",
            hidden=number > _SHOWN,
            help=f"Show what changes if visit {number} begins on this day; the case stays as it is.",
        )(command)
    return command


def days_of_visits(options: Mapping[str, datetime | None]) -> dict[int, date]:
    """Return the days that these options give, by the number of the visit."""
    found = {number: options[f"visit_{number}"] for number in _VISITS}
    return {number: day.date() for number, day in found.items() if day is not None}


def what_if_to_json(changes: WhatIf, language: Language) -> dict[str, Any]:
    """Return the changes as a JSON object (schemas/report.schema.json)."""
    return {
        "moved": [
            {
                "id": moved.step.id,
                "from": [str(day) if day else None for day in moved.before] if moved.before else None,
                "to": [str(day) if day else None for day in (moved.step.start, moved.step.end)],
            }
            for moved in changes.moved
        ],
        "dropped": [step.id for step in changes.dropped],
        "appearing": [problem_to_json(each, language) for each in changes.appearing],
        "disappearing": [problem_to_json(each, language) for each in changes.disappearing],
    }


def print_what_if(changes: WhatIf, language: Language) -> None:
    """Print the steps that move, then the findings."""
    print_line(Styled(label("head", "what_if", language), bold=True))
    rows = list(_rows(changes, language))
    columns = [max((width(row[place]) for row in rows), default=0) for place in range(2)]
    for before, after, title in rows:
        print_line(f"  {ljust(before, columns[0])} → {ljust(after, columns[1])}  {title}")
    if not rows:
        print_line(f"  {label('same', 'what_if', language)}")
    print_line(label("appearing" if changes.appearing else "no_findings", "what_if", language))
    print_problems(changes.appearing, OutputStyle(language))
    if changes.disappearing:
        codes = ", ".join(dict.fromkeys(each.code for each in changes.disappearing))
        print_line(label("disappearing", "what_if", language).format(codes=codes))


def _rows(changes: WhatIf, language: Language) -> Iterator[tuple[str, str, str]]:
    for moved in changes.moved:
        before = format_days(language, *moved.before) if moved.before else "–"
        yield before, format_days(language, moved.step.start, moved.step.end), getattr(moved.step.title, language)
    for step in changes.dropped:
        yield format_days(language, step.start, step.end), "–", getattr(step.title, language)
