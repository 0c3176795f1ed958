"""The missions that receive applications: the areas that they serve, and the days on which they are open."""

from __future__ import annotations

from functools import cache
from typing import Any

from pipeline.case.model import Case
from pipeline.resources import read_data
from pipeline.visa.calendar import WorkingDays


def serves(mission: str, province: str, address: str) -> bool:
    """Return True if the mission serves who lives in ``province`` at ``address``, in which a city may decide."""
    found = _mission(mission)
    return (
        province in found["provinces"]
        and found.get("with_city", "") in address
        and ("without_city" not in found or found["without_city"] not in address)
    )


def area_of(mission: str) -> str:
    """Return the provinces that the mission serves, in Chinese, with the city that decides."""
    found = _mission(mission)
    city = f"（{found['with_city']}）" if "with_city" in found else ""
    city += f"（除{found['without_city']}）" if "without_city" in found else ""
    return "、".join(found["provinces"]) + city


def is_in_provinces(mission: str, province: str) -> bool:
    """Return True if the mission serves the province or a part of it."""
    return province in _mission(mission)["provinces"]


def working_days(case: Case) -> WorkingDays:
    """Return the days on which the mission of the case is open, as far as its closing days are known."""
    return _working_days(case.visa.mission)


@cache
def _working_days(mission: str) -> WorkingDays:
    closed = read_data("missions")["closed"]
    return WorkingDays(tuple(_mission(mission)["holidays"]), (closed["from"], closed["to"]))


def _mission(mission: str) -> dict[str, Any]:
    found: dict[str, Any] = read_data("missions")["missions"][mission]
    return found
