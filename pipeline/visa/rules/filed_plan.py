"""Rules REG-11 and REG-13: compare the case with the plans that the directory lists for its hospital.

They need the directory entry, which is not part of a case, and are therefore separate from the rules on the case alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.case.directory import Aspect, FiledPlan, first_uncovered
from pipeline.case.load import LoadedCase
from pipeline.case.model import Case
from pipeline.errors import Problem
from pipeline.visa.rules.checks import make_finding
from pipeline.visa.rules.registry import Hit

PLAN_RULE, SUSPENDED_RULE = "REG-11", "REG-13"

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
    plans = loaded.references.hospital.entry.plans
    found = {PLAN_RULE: _differences(loaded.case, plans), SUSPENDED_RULE: _suspended(loaded.case, plans)}
    return [make_finding(rule_id, hit, loaded.json_file) for rule_id, hits in found.items() for hit in hits]


def _suspended(case: Case, plans: Sequence[FiledPlan]) -> Iterator[Hit]:
    """Yield a hit if the plan of the case is suspended, or every plan that covers a case without a plan number."""
    number = case.treatment.plan_number
    used = [plan for plan in plans if (plan.plan_number == number if number else not plan.uncovered(case))]
    if used and all(plan.suspended for plan in used):
        yield Hit("/treatment/plan_number" if number else "/treatment/kind")


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
