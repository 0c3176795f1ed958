"""Anti-doping rules for patients who compete in a sport."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipeline.case.model import Case
from pipeline.resources import read_data
from pipeline.visa.rules.registry import Hit, rule


@rule("SPO-01")
def athlete_asks(case: Case, _as_of: date) -> Iterator[Hit]:
    if case.athlete:
        yield Hit("/athlete")


@rule("SPO-02")
def no_large_infusion(case: Case, _as_of: date) -> Iterator[Hit]:
    limit = read_data("anti-doping")["infusion_limit_ml"]
    if case.athlete and (case.treatment.infusion_ml or 0) > limit and not _in_hospital(case):
        yield Hit("/treatment/infusion_ml")


def _in_hospital(case: Case) -> bool:
    """Return True if every visit with an injection is in hospital, or every visit if no injection is planned."""
    visits = case.treatment.visits
    giving = [visit for visit in visits if any(step.step == "injection" for step in visit.procedures)]
    return all(visit.hospitalised for visit in giving or visits)
