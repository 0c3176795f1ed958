"""Pre-entry TB screening (JPETS)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipeline.case.model import Case
from pipeline.resources import is_stale, read_data
from pipeline.visa.rules.registry import Hit, rule
from pipeline.visa.tb_screening import screening_for, stays_are_long

#: Tables that change, and the place in the case that each is about.
_TABLES = {
    "jpets": "/tb_screening",
    "fees": "/visa/entries",
    "photo": "/attachments",
    "missions": "/visa/mission",
    "emergency-orders": "/treatment/route",
}


@rule("TB-01")
def short_stay(case: Case, _as_of: date) -> Iterator[Hit]:
    if screening_for(case).status == "not_applicable":
        yield Hit("/tb_screening")


@rule("TB-02")
def long_stay(case: Case, _as_of: date) -> Iterator[Hit]:
    status = screening_for(case).status
    if status != "not_applicable":
        yield Hit("/tb_screening", [status])


@rule("TB-06")
def stale_tables(_case: Case, as_of: date) -> Iterator[Hit]:
    return (Hit(place, [name]) for name, place in _TABLES.items() if is_stale(name, as_of))


@rule("TB-04")
def certificate_in_time(case: Case, _as_of: date) -> Iterator[Hit]:
    steps = case.tb_screening.steps
    if case.visa.certificate_of_eligibility is not None or not stays_are_long(case):
        return
    if steps.certificate is not None and steps.chest_xray is not None:
        days = read_data("jpets")["certificate_valid_days"]
        if (case.visa.filing_date - steps.chest_xray).days > days:
            yield Hit("/tb_screening/steps/chest_xray")


@rule("TB-05")
def residence_elsewhere(case: Case, _as_of: date) -> Iterator[Hit]:
    listed = {row["nationality"] for row in read_data("jpets")["start"]}
    listed_national = case.patient.nationality in listed
    if stays_are_long(case) and listed_national and case.tb_screening.residence_country not in listed:
        yield Hit("/tb_screening/residence_country")
