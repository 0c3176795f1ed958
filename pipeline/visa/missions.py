"""The missions that receive applications: the areas that they serve, and the days on which they are open."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

from pipeline.case.model import Case
from pipeline.resources import read_data
from pipeline.visa.calendar import WorkingDays


def serves(mission: str, province: str, address: str) -> bool:
    """Return True if the mission serves who lives in ``province`` at ``address``, in which a city may decide."""
    found = _mission(mission)
    if province not in found["provinces"]:
        return False
    city = _city(address) if {"with_city", "without_city"} & found.keys() else None
    return found.get("with_city", city) == city and (city is None or found.get("without_city") != city)


def responsible_mission(province: str, address: str | None) -> str | None:
    """Return the mission for who lives there, or None if a city decides and the address is not known."""
    missions = read_data("missions")["missions"]
    if address is None:
        found = [mission for mission in missions if is_in_provinces(mission, province)]
    else:
        found = [mission for mission in missions if serves(mission, province, address)]
    return found[0] if len(found) == 1 else None


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


def _city(address: str) -> str | None:
    """Return the city of an address, if it is one of those that make a difference: the largest place that it names."""
    text = unicodedata.normalize("NFKC", address)
    characters, letters = _names("characters"), _names("letters")
    found = characters.search(text) or next(reversed([*letters.finditer(text)]), None)
    return found and found.lastgroup


@cache
def _names(script: str) -> re.Pattern[str]:
    """Return the expression of all cities, with a group of its own for each."""
    cities = read_data("missions")["cities"]["names"].items()
    return re.compile("|".join(f"(?P<{city}>{names[script]})" for city, names in cities), re.IGNORECASE)


def _mission(mission: str) -> dict[str, Any]:
    found: dict[str, Any] = read_data("missions")["missions"][mission]
    return found
