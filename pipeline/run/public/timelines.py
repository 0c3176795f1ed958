"""Public functions on the dates of a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from pipeline.language import Language
from pipeline.run.public.arguments import CaseLike, StrPath, day_of, path_of, public, source_of
from pipeline.visa.timeline import from_file
from pipeline.visa.timeline.ics import to_ics, to_office_ics
from pipeline.visa.timeline.picture import draw_png
from pipeline.visa.timeline.timeline import Timeline
from pipeline.visa.timeline.what_if import WhatIf
from pipeline.visa.timeline.what_if import what_if as move_visits


@public
def read_timeline(
    case: CaseLike,
    *,
    audience: Literal["patient", "coordinator"] | None = None,
    folder: StrPath | None = None,
    as_of: date | None = None,
    directory: StrPath | None = None,
) -> Timeline:
    """Return the dates of a case: last days to file papers, filing window, visits, recovery.

    Raise CaseError if the case has errors other than those on its filing day.

    >>> timeline = read_timeline("examples/wang-xiaoming", as_of=date(2026, 11, 22))
    >>> timeline.filing.earliest.isoformat(), timeline.filing.latest.isoformat()
    ('2026-11-24', '2026-12-28')
    >>> [(step.start.isoformat(), step.title.en) for step in timeline.of_kind("entry")]
    [('2027-01-12', 'Visit 1: entry'), ('2027-03-09', 'Visit 2: entry')]
    """
    return from_file.read_timeline(source_of(case, folder), day_of(as_of), audience, path_of(directory))


@public
def what_if(
    case: CaseLike,
    days: Mapping[int, date],
    *,
    folder: StrPath | None = None,
    as_of: date | None = None,
    directory: StrPath | None = None,
) -> WhatIf:
    """Return what changes if visits begin on other days: steps that move, findings that appear or disappear.

    ``days`` are by the number of the visit, from 1. The case stays as it is.

    >>> changes = what_if("examples/wang-xiaoming", {1: date(2027, 2, 2)}, as_of=date(2026, 11, 22))
    >>> [problem.code for problem in changes.appearing if problem.severity != "info"]
    ['SCH-01']
    """
    return move_visits(source_of(case, folder), day_of(as_of), days, path_of(directory))


@public
def draw_timeline(timeline: Timeline, *, language: Language = "en") -> bytes:
    """Return a picture (PNG) of a timeline, 170 mm wide at 300 dpi.

    >>> draw_timeline(timeline, language="zh")[1:4]
    b'PNG'
    """
    return draw_png(timeline, language)


@public
def make_calendar(timelines: Timeline | Sequence[Timeline], *, language: Language = "en") -> bytes:
    """Return a calendar file (iCalendar) of one timeline, or of several with alarms before the last days.

    It contains case ids, but no name and no illness.

    >>> make_calendar(timeline).splitlines()[0]
    b'BEGIN:VCALENDAR'
    """
    if isinstance(timelines, Timeline):
        return to_ics(timelines, language)
    return to_office_ics(timelines, language)
