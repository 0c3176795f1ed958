"""One step of the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pipeline.case.base import Trilingual
from pipeline.visa.rules.catalogue import all_rules
from pipeline.visa.timeline.step_words import filled, kind_of_step

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


@dataclass(frozen=True, slots=True)
class Step:
    """What happens, when, and who acts.

    ``start`` and ``end`` are the same for a single day; None where it is open, or not known. ``title`` names
    nobody and no illness; ``calendar`` is a still more general one, for calendars that others can see, None for
    what is not put into one. ``weeks`` are those after the last injection. ``text`` is the hospital's own, in
    Chinese. ``rule``, ``source`` and ``as_of`` say where a fact comes from.
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


def make_step(
    step_id: str,
    kind: Kind,
    start: date | None,
    end: date | None,
    *,
    visit: int | None = None,
    weeks: Trilingual | None = None,
    note: Trilingual | None = None,
    text: str | None = None,
    rule: str | None = None,
    **details: str | int | Trilingual,
) -> Step:
    """A step of ``kind`` with the words of its table; ``details`` fill them. ``rule`` stands for the kind's own."""
    entry = kind_of_step(kind)
    fields = {"number": visit, "weeks": weeks}
    named = details | {name: value for name, value in fields.items() if value is not None}
    calendar = entry.get("calendar", entry["title"])
    fact = all_rules()[rule or entry["rule"]] if rule or entry["rule"] else None
    return Step(
        id=step_id,
        kind=kind,
        start=start,
        end=end,
        who=entry["who"],
        audience=tuple(entry["for"]),
        title=filled(entry["title"], **named),
        calendar=filled(calendar, **named) if calendar else None,
        visit=visit,
        weeks=weeks,
        note=note,
        text=text,
        rule=fact.id if fact else None,
        source=fact.source if fact else None,
        as_of=fact.as_of if fact else None,
    )
