"""The lines of the screen of dates: the steps of a timeline in order of time, no two of which read the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from pipeline.case.model import Case
from pipeline.language import Language
from pipeline.run.overview.duties import PEOPLE
from pipeline.visa.labels import label
from pipeline.visa.timeline.step import Days, TimelineStep
from pipeline.visa.timeline.step_words import format_days, timeline_text
from pipeline.visa.timeline.timeline import Timeline


@dataclass(frozen=True, slots=True)
class DateRow:
    """A step in words. ``before`` are its days in the case if other days are tried."""

    days: str
    title: str
    note: str
    who: str
    moved: bool
    before: str


def date_rows(
    timeline: Timeline, case: Case, moved: Mapping[str, Days | None], language: Language
) -> Iterator[DateRow]:
    """Yield a row for each step. ``moved`` has the former days of those that are on others."""
    steps = sorted(timeline.steps, key=_first)
    seen: Counter[str] = Counter()
    counts = Counter(getattr(step.title, language) for step in steps)
    for step in steps:
        title = getattr(step.title, language)
        seen[title] += 1
        if counts[title] > 1:
            title = f"{title} · {_file(step, case) or f'{seen[title]}/{counts[title]}'}"
        before = moved.get(step.id)
        yield DateRow(
            format_days(language, step.start, step.end),
            title,
            getattr(step.note, language) if step.note else "",
            label(step.who, "person", language)
            if step.who in PEOPLE
            else getattr(timeline_text("who", step.who), language),
            step.id in moved,
            format_days(language, *before) if before else "",
        )


def _first(step: TimelineStep) -> tuple[date, date]:
    """Return the first day to look at a step: of one that only ends, its end. A step without days comes last."""
    first = step.start or step.end or date.max
    return first, step.end or date.max


def _file(step: TimelineStep, case: Case) -> str:
    """Return the name of the file whose last day a step is; nothing for other steps."""
    number = step.id.split("-")[1]
    return PurePath(case.attachments[int(number) - 1].path).name if step.kind == "paper" and number.isdecimal() else ""
