"""The rows of the picture: the steps that become bars, and the text beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from babel.dates import format_date

from pipeline.case.base import Trilingual
from pipeline.language import Language
from pipeline.visa.timeline.step_words import format_days, timeline_text
from pipeline.visa.timeline.timeline import Timeline


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A bar from ``start`` to ``end`` (None: open), with its name on the left and its dates beside it."""

    kind: str
    label: str
    days: str
    start: date
    end: date | None
    mark: date | None = None


def picture_rows(timeline: Timeline, language: Language) -> Iterator[PictureRow]:
    """Yield a row for filing, decision, each visit, each culture and each phase with dates."""
    exits = {step.visit: step.start for step in timeline.of_kind("exit")}
    for step in timeline.steps:
        if step.start is None:  # nothing to draw
            continue
        if step.kind == "filing":
            yield _filing(timeline, language)
        elif step.kind == "decision":
            days = _label("earliest", language, day=_writer(language)(step.start))
            yield PictureRow("decision", _label("decision", language), days, timeline.filing.planned, step.start)
        elif step.kind == "entry":
            label = _label("visit", language, number=step.visit or 0)
            yield _row("visit", label, step.start, exits[step.visit], language)
        elif step.kind == "culture":
            yield _row("culture", _label("culture", language), step.start, step.end, language)
        elif step.kind == "phase" and step.weeks is not None:
            label = _label("phase", language, weeks=step.weeks)
            yield _row("phase", label, step.start, step.end, language)


def _filing(timeline: Timeline, language: Language) -> PictureRow:
    """Return the window with the planned day marked, or that day alone if the window is empty."""
    filing, write = timeline.filing, _writer(language)
    label = _label("filing_window", language)
    if not filing.is_open:
        return PictureRow("filing", label, write(filing.planned), filing.planned, filing.planned, filing.planned)
    window = format_days(language, filing.earliest, filing.latest, write)
    days = _label("marked", language, days=window, planned=write(filing.planned))
    return PictureRow("filing", label, days, filing.earliest, filing.latest, filing.planned)


def _row(kind: str, label: str, start: date, end: date | None, language: Language) -> PictureRow:
    return PictureRow(kind, label, format_days(language, start, end, _writer(language)), start, end)


def _label(key: str, language: Language, **details: str | int | Trilingual) -> str:
    return str(getattr(timeline_text("picture", key, **details), language))


def _writer(language: Language) -> Callable[[date], str]:
    """Return a function that formats a day without its year, which is on the axis."""
    if language == "en":
        return partial(format_date, format="d MMM", locale="en_GB")
    return partial(format_date, format="M月d日", locale=language)
