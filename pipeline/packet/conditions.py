"""The conditions under which a packet has a document or needs a paper."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.case.half_case import or_else
from pipeline.case.model import SHORT_STAY_DAYS, Case
from pipeline.packet.template_set import ConditionName
from pipeline.visa.missions import is_in_provinces
from pipeline.visa.tb_screening import screening_for


def _registered_elsewhere(case: Case, person: str) -> bool:
    household = case.travellers[person][1].household_province
    return household is not None and not is_in_provinces(case.visa.mission, household)


def is_decided(condition: str, case: Case, person: str) -> bool:
    """Return False if a condition depends on what the case does not say yet."""
    return or_else(lambda: CONDITIONS[condition](case, person) in (True, False), otherwise=False)


def holds(condition: ConditionName, case: Case, person: str) -> bool:
    """Return True if a condition holds for a person; False also if the case does not say yet."""
    return or_else(lambda: CONDITIONS[condition](case, person), otherwise=False)


#: The conditions that packet.json may name, for a case and the person whose bundle it is.
CONDITIONS: dict[str, Callable[[Case, str], bool]] = {
    "always": lambda _case, _person: True,
    "multiple_entry": lambda case, _person: case.visa.entries == "multiple",
    "single_entry": lambda case, _person: case.visa.entries == "single",
    "companions": lambda case, _person: bool(case.companions),
    "stay_over_90_days": lambda case, _person: case.longest_stay > SHORT_STAY_DAYS,
    "registered_elsewhere": _registered_elsewhere,
    "costs": lambda case, _person: case.costs is not None,
    "athlete": lambda case, _person: case.athlete,
    "no_tb_screening": lambda case, _person: screening_for(case).status != "required",
}
