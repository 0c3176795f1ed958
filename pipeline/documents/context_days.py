"""Makes the days of a stay, for the schedules that templates print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache

from babel.dates import format_date

from pipeline.case.base import PAGE_LANGUAGES, Trilingual
from pipeline.case.treatment import Flight, Visit
from pipeline.documents.context_types import Day, Period
from pipeline.resources import read_data
from pipeline.visa.labels import trilingual

#: So many days with the same plan have a row each; more are one row, from the first day to the last.
_OWN_ROWS = 3


def days_of(visit: Visit) -> list[Day]:
    """Return each day of a stay with everything that the case plans for it, possibly nothing."""
    planned: dict[date, list[Trilingual]] = {
        visit.entry_date + timedelta(days=number): [] for number in range(visit.days)
    }
    # Documents can be compared before a rule has said that a visit ends before it begins, or a step is outside of it.
    planned.setdefault(visit.entry_date, []).append(_journey("entry", visit.arrival))
    steps = [(step.date, trilingual("step", step.step)) for step in visit.procedures]
    for day, text in [*steps, *((activity.date, activity.text) for activity in visit.activities)]:
        planned.setdefault(day, []).append(text)
    planned.setdefault(visit.exit_date, []).append(_journey("exit", visit.departure))
    return [
        {
            "date": day,
            "weekday": _weekday(day),
            "activities": activities,
            "lodging": None if day == visit.exit_date else visit.lodging,
        }
        for day, activities in planned.items()
    ]


@lru_cache(maxsize=1024)  # the documents of a packet have the same days
def _weekday(day: date) -> Trilingual:
    return Trilingual(*(format_date(day, "EEE", locale=language) for language in PAGE_LANGUAGES))


def periods_of(days: Sequence[Day]) -> list[Period]:
    """Return the rows of a schedule: each day, but one row for many days in succession that have the same plan."""
    periods: list[Period] = []
    for run in _runs(days):
        for part in [run] if len(run) > _OWN_ROWS else ([day] for day in run):
            first, last = part[0], part[-1]
            before = periods[-1] if periods else None
            periods.append(
                {
                    "first": first["date"],
                    "last": last["date"],
                    "weekday": first["weekday"],
                    "last_weekday": last["weekday"],
                    "activities": first["activities"],
                    "lodging": first["lodging"],
                    "repeats_lodging": before is not None and _stays_on(before["lodging"], last, days[-1]["date"]),
                }
            )
    return periods


def airport_name(code: str) -> Trilingual:
    """Return the name of an airport in Japan, or its code if the labels have no name for it."""
    return trilingual("airport", code) if code in read_data("labels")["airport"] else Trilingual(code, code, code)


def _runs(days: Sequence[Day]) -> Iterator[list[Day]]:
    """Yield the days in runs of the same plan."""
    run: list[Day] = []
    for day in days:
        if run and (day["activities"], day["lodging"]) != (run[-1]["activities"], run[-1]["lodging"]):
            yield run
            run = []
        run.append(day)
    yield run


def _stays_on(before: object, day: Day, exit_date: date) -> bool:
    """Return True if the lodging of a day is that of the row before it, and not the last day."""
    return day["lodging"] == before and day["date"] != exit_date


def _journey(way: str, flight: Flight | None) -> Trilingual:
    """Return entry or exit with the flight, if known: codes of both airports, or only the name of the one in Japan."""
    word = trilingual("journey", way)
    if flight is None:
        return word
    ends = (flight.abroad, flight.port) if way == "entry" else (flight.port, flight.abroad)
    port = airport_name(flight.port)
    where = {key: f"{ends[0]}–{ends[1]}" if flight.abroad else getattr(port, key) for key in PAGE_LANGUAGES}
    code = f" {flight.flight}" if flight.flight else ""
    return Trilingual(*(f"{getattr(word, key)}{code} {where[key]}" for key in PAGE_LANGUAGES))
