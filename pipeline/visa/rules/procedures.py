"""Medical steps: the days on which they are planned, and the time between harvest and injection."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from pipeline.case.model import Case
from pipeline.case.treatment import Procedure, Visit
from pipeline.visa.calendar import WorkingDays, is_day_off
from pipeline.visa.rules.registry import Hit, rule

SIX_WEEKS = timedelta(weeks=6)
#: The interval after which a case without the hospital's own figure is asked how long the cells can be used.
LONG_STORAGE = timedelta(days=180)
_SATURDAY = 5
#: Around the new year, offices and most clinics in Japan are closed.
_YEAR_END = WorkingDays((), ("12-29", "01-03"))


class _Planned(NamedTuple):
    """A procedure with its visit, and the JSON pointer of its day."""

    pointer: str
    procedure: Procedure
    visit: Visit


@rule("SCH-01")
def after_culture(case: Case, _as_of: date) -> Iterator[Hit]:
    days = case.treatment.culture_and_release_days
    if days is not None:
        yield from (Hit(pointer) for pointer, interval in _intervals(case) if interval < timedelta(days=days))


@rule("SCH-02")
def culture_time_known(case: Case, _as_of: date) -> Iterator[Hit]:
    treatment = case.treatment
    if treatment.has_cultured_cells and treatment.culture_and_release_days is None:
        yield from (Hit(pointer) for pointer, interval in _intervals(case) if interval < SIX_WEEKS)


@rule("SCH-07")
def on_open_days(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, procedure, _ in _procedures(case):
        if _YEAR_END.is_closing(procedure.date):
            yield Hit(pointer, ["year_end"])
        elif procedure.date.weekday() != _SATURDAY and is_day_off(procedure.date, "JP"):
            yield Hit(pointer, ["day_off"])


@rule("SCH-08")
def harvest_after_arrival(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, procedure, visit in _procedures(case):
        if procedure.step == "harvest" and procedure.date == visit.entry_date:
            yield Hit(pointer)


@rule("SCH-09")
def injection_before_departure(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, procedure, visit in _procedures(case):
        if procedure.step == "injection" and procedure.date == visit.exit_date:
            yield Hit(pointer)


@rule("SCH-10")
def harvest_before_injection(case: Case, _as_of: date) -> Iterator[Hit]:
    if case.treatment.has_cultured_cells:
        after_harvest = {pointer for pointer, _ in _intervals(case)}
        yield from (Hit(pointer) for pointer in _injections(case) if pointer not in after_harvest)


@rule("SCH-11")
def within_shelf_life(case: Case, _as_of: date) -> Iterator[Hit]:
    days = case.treatment.cells_usable_days
    if days is not None:
        yield from (Hit(pointer) for pointer, interval in _intervals(case) if interval > timedelta(days=days))


@rule("SCH-11B")
def shelf_life_known(case: Case, _as_of: date) -> Iterator[Hit]:
    treatment = case.treatment
    if treatment.has_cultured_cells and treatment.cells_usable_days is None:
        yield from (Hit(pointer) for pointer, interval in _intervals(case) if interval > LONG_STORAGE)


def _procedures(case: Case) -> Iterator[_Planned]:
    for index, visit in enumerate(case.treatment.visits):
        for number, procedure in enumerate(visit.procedures):
            yield _Planned(f"/treatment/visits/{index}/procedures/{number}/date", procedure, visit)


def _injections(case: Case) -> dict[str, date]:
    """Return the day of each injection by its JSON pointer."""
    return {pointer: procedure.date for pointer, procedure, _ in _procedures(case) if procedure.step == "injection"}


def _intervals(case: Case) -> Iterator[tuple[str, timedelta]]:
    """Yield each injection with the time since the latest harvest before it."""
    harvests = [procedure.date for _, procedure, _ in _procedures(case) if procedure.step == "harvest"]
    for pointer, day in _injections(case).items():
        earlier = [harvest for harvest in harvests if harvest <= day]
        if earlier:
            yield pointer, day - max(earlier)
