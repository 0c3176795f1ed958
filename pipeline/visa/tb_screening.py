"""Pre-entry TB screening: whether it applies to a stay, by the dated table pipeline/visa/data/jpets.json."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pipeline.case.base import Trilingual
from pipeline.case.model import Case
from pipeline.resources import read_data

Status = Literal["not_applicable", "not_started", "required", "not_listed"]


@dataclass(frozen=True, slots=True)
class Screening:
    """The conclusion for one case. ``days`` is the longest stay.

    ``as_of`` and ``source`` belong to the exemption if it applies, otherwise to the table of start dates.
    """

    status: Status
    conclusion: Trilingual
    days: int
    as_of: date
    source: str


def screening_for(case: Case) -> Screening:
    """Return whether screening applies to the stays of ``case``, by length of stay, then by nationality."""
    table = read_data("jpets")
    status = _status(case, table)
    basis = table["exemption"] if status == "not_applicable" else table
    as_of = date.fromisoformat(basis["as_of"])
    conclusion = Trilingual(**table["conclusions"][status])
    return Screening(status, conclusion, case.longest_stay, as_of, basis["source"])


def stays_are_long(case: Case) -> bool:
    """Return True if a stay is longer than those that are exempt from screening."""
    return case.longest_stay > int(read_data("jpets")["exemption"]["longest_stay_days"])


def _status(case: Case, table: dict[str, Any]) -> Status:
    if not stays_are_long(case):
        return "not_applicable"
    starts = {row["nationality"]: row["mandatory_from"] for row in table["start"]}
    nationality = case.patient.nationality
    if nationality not in starts:
        return "not_listed"
    begins = starts[nationality]
    long_stays = [visit for visit in case.treatment.visits if visit.days > table["exemption"]["longest_stay_days"]]
    last_entry = max(visit.entry_date for visit in long_stays)
    return "required" if begins and date.fromisoformat(begins) <= last_entry else "not_started"
