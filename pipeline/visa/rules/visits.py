"""Order and length of the visits, and the limits of the kind of visa."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from pipeline.case.model import SHORT_STAY_DAYS, Case
from pipeline.visa.rules.registry import Hit, rule


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


@rule("DOC-08")
def multiple_entry_stays(case: Case, _as_of: date) -> Iterator[Hit]:
    for index, visit in enumerate(case.treatment.visits):
        if case.visa.entries == "multiple" and visit.days > SHORT_STAY_DAYS:
            yield Hit(f"/treatment/visits/{index}/exit_date")


@rule("DOC-09")
def single_entry_visits(case: Case, _as_of: date) -> Iterator[Hit]:
    if case.visa.entries == "single" and len(case.treatment.visits) > 1:
        yield Hit("/visa/entries")
