"""One step of the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pipeline.case.base import Trilingual
from pipeline.visa.rules.catalogue import all_rules
from pipeline.visa.timeline.step_words import Detail, fill, kind_data

Kind = Literal[
    "paper",
    "filing_window",
    "filing",
    "decision",
    "single_entry",
    "multiple_entry",
    "application",
    "visit_window",
    "entry",
    "procedure",
    "exit",
    "report",
    "culture",
    "injection",
    "phase",
    "no_phases",
]
Who = Literal["patient", "coordinator", "hospital", "guarantor", "mission"]

#: First and last day; None for an open end.
Days = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """An event of the timeline, with its days and the person who acts.

    ``start`` and ``end`` are equal for a single day, and None if open or unknown. ``title`` contains no name and no
    illness; ``calendar`` is a more general title for shared calendars, None for steps without a calendar event.
    ``weeks`` are counted from the last injection. ``text`` is the hospital's own, in Chinese. ``rule``, ``source``
    and ``as_of`` give the origin of a fact.
    """

    id: str
    kind: Kind
    start: date | None
    end: date | None
    who: Who
    audience: tuple[str, ...]
    title: Trilingual
    calendar: Trilingual | None
    visit: int | None = None
    weeks: Trilingual | None = None
    note: Trilingual | None = None
    text: str | None = None
    rule: str | None = None
    source: str | None = None
    as_of: str | None = None


def make_step(step_id: str, kind: Kind, days: Days, rule: str | None = None, **details: Detail) -> TimelineStep:
    """Return a step of ``kind``. ``details`` fill its texts; ``rule`` replaces the rule of the kind."""
    entry = kind_data(kind)
    calendar = entry.get("calendar", entry["title"])
    rule_id = rule or entry["rule"]
    fact = all_rules()[rule_id] if rule_id else None
    return TimelineStep(
        id=step_id,
        kind=kind,
        start=days[0],
        end=days[1],
        who=entry["who"],
        audience=tuple(entry["for"]),
        title=fill(entry["title"], **details),
        calendar=fill(calendar, **details) if calendar else None,
        rule=fact.id if fact else None,
        source=fact.source if fact else None,
        as_of=fact.as_of if fact else None,
    )
