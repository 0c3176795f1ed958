"""The rows of the picture: which steps are bars, and what stands beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from babel.dates import format_date

from pipeline.case.base import Trilingual
from pipeline.language import Language
from pipeline.visa.timeline.step_words import dates_in, words
from pipeline.visa.timeline.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Row:
    """A bar from ``start`` to ``end`` (None: open), with its name on the left and its days beside it."""

    kind: str
    label: str
    days: str
    start: date
    end: date | None
    mark: date | None = None


def rows_of(timeline: Timeline, language: Language) -> Iterator[Row]:
    """A row for filing, decision, each visit, each culture and each phase that has days."""
    exits = {step.visit: step.start for step in timeline.of_kind("exit")}
    for step in timeline.steps:
        if step.start is None:  # nothing to draw
            continue
        if step.kind == "filing":
            yield _filing(timeline, language)
        elif step.kind == "decision":
            days = _label("earliest", language, day=_writer(language)(step.start))
            yield Row("decision", _label("decision", language), days, timeline.filing.planned, step.start)
        elif step.kind == "entry":
            label = _label("visit", language, number=step.visit or 0)
            yield _row("visit", label, step.start, exits[step.visit], language)
        elif step.kind == "culture":
            yield _row("culture", _label("culture", language), step.start, step.end, language)
        elif step.kind == "phase" and step.weeks is not None:
            label = _label("phase", language, weeks=step.weeks)
            yield _row("phase", label, step.start, step.end, language)


def _filing(timeline: Timeline, language: Language) -> Row:
    """The window with the planned day marked; that day alone when there is no window."""
    filing, write = timeline.filing, _writer(language)
    label = _label("filing_window", language)
    if not filing.is_open:
        return Row("filing", label, write(filing.planned), filing.planned, filing.planned, filing.planned)
    window = dates_in(language, filing.earliest, filing.latest, write)
    days = _label("marked", language, days=window, planned=write(filing.planned))
    return Row("filing", label, days, filing.earliest, filing.latest, filing.planned)


def _row(kind: str, label: str, start: date, end: date | None, language: Language) -> Row:
    return Row(kind, label, dates_in(language, start, end, _writer(language)), start, end)


def _label(key: str, language: Language, **details: str | int | Trilingual) -> str:
    return str(getattr(words("picture", key, **details), language))


def _writer(language: Language) -> Callable[[date], str]:
    """Writes a day without its year, which stands on the axis."""
    if language == "en":
        return partial(format_date, format="d MMM", locale="en_GB")
    return partial(format_date, format="M月d日", locale=language)
