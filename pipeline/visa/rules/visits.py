"""Order and length of the visits, and the limits of the kind of visa."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from pipeline.case.model import SHORT_STAY_DAYS, Case
from pipeline.visa.rules.registry import Hit, rule

SIX_WEEKS = timedelta(weeks=6)


@rule("SCH-04")
def visits_in_order(case: Case, _as_of: date) -> Iterator[Hit]:
    visits = case.treatment.visits
    for index, visit in enumerate(visits):
        at = f"/treatment/visits/{index}"
        if visit.exit_date < visit.entry_date:
            yield Hit(f"{at}/exit_date", ["exit_before_entry"])
        steps = [(f"procedures/{number}", step.date) for number, step in enumerate(visit.procedures)]
        others = [(f"activities/{number}", activity.date) for number, activity in enumerate(visit.activities)]
        for place, day in [*steps, *others]:
            if not visit.entry_date <= day <= visit.exit_date:
                yield Hit(f"{at}/{place}/date", ["outside"])
    for index, (earlier, later) in enumerate(pairwise(visits), start=1):
        if later.entry_date <= earlier.exit_date:
            yield Hit(f"/treatment/visits/{index}/entry_date", ["overlap"])


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


def _intervals(case: Case) -> Iterator[tuple[str, timedelta]]:
    """Yield each injection with the time since the latest harvest before it."""
    steps = [
        (procedure, f"/treatment/visits/{index}/procedures/{number}/date")
        for index, visit in enumerate(case.treatment.visits)
        for number, procedure in enumerate(visit.procedures)
    ]
    harvests = [procedure.date for procedure, _ in steps if procedure.step == "harvest"]
    for procedure, pointer in steps:
        earlier = [day for day in harvests if day <= procedure.date]
        if procedure.step == "injection" and earlier:
            yield pointer, procedure.date - max(earlier)


@rule("DOC-07")
def long_stay(case: Case, _as_of: date) -> Iterator[Hit]:
    for index, visit in enumerate(case.treatment.visits):
        if visit.days <= SHORT_STAY_DAYS:
            continue
        if not visit.hospitalised:
            yield Hit(f"/treatment/visits/{index}/hospitalised", ["not_hospitalised"])
        if case.visa.certificate_of_eligibility is None:
            yield Hit(f"/treatment/visits/{index}", ["no_certificate"])


@rule("DOC-08")
def multiple_entry_stays(case: Case, _as_of: date) -> Iterator[Hit]:
    for index, visit in enumerate(case.treatment.visits):
        if case.visa.entries == "multiple" and visit.days > SHORT_STAY_DAYS:
            yield Hit(f"/treatment/visits/{index}/exit_date")


@rule("DOC-09")
def single_entry_visits(case: Case, _as_of: date) -> Iterator[Hit]:
    if case.visa.entries == "single" and len(case.treatment.visits) > 1:
        yield Hit("/visa/entries")
