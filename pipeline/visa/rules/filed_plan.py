"""Rule REG-11: compare the case with the plans that the directory lists for its hospital.

It needs the directory entry, which is not part of a case, and is therefore separate from the rules on the case alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.case.directory import Aspect, FiledPlan, first_uncovered
from pipeline.case.load import LoadedCase
from pipeline.case.model import Case
from pipeline.errors import Problem
from pipeline.visa.rules.checks import make_finding
from pipeline.visa.rules.registry import Hit

PLAN_RULE = "REG-11"

_POINTERS: dict[Aspect, str] = {
    "condition": "/condition/kind",
    "treatment": "/treatment/kind",
    "route": "/treatment/route",
}
#: Fields that have the same name in case and plan.
_FIELDS = ("plan_title", "risk_class", "committee_number", "committee_name", "cell_processing")


def plan_differences(loaded: LoadedCase) -> list[Problem]:
    """Return a finding for each difference; none if the case does not refer to a hospital in the directory."""
    if loaded.references.hospital is None:
        return []
    hits = _differences(loaded.case, loaded.references.hospital.entry.plans)
    return [make_finding(PLAN_RULE, hit, loaded.json_file) for hit in hits]


def _differences(case: Case, plans: Sequence[FiledPlan]) -> Iterator[Hit]:
    number = case.treatment.plan_number
    if number is None:
        aspect = first_uncovered(plans, case)
        if aspect is not None:
            yield Hit(_POINTERS[aspect], [aspect])
        return
    plan = next((plan for plan in plans if plan.plan_number == number), None)
    if plan is None:
        yield Hit("/treatment/plan_number", ["plan_number"])
        return
    for field in _FIELDS:
        stated, filed = getattr(case.treatment, field), getattr(plan, field)
        if None not in {stated, filed} and stated != filed:
            yield Hit(f"/treatment/{field}", [field])
    for aspect in plan.uncovered(case):
        yield Hit(_POINTERS[aspect], [aspect])
