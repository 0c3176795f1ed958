"""Certificates of Eligibility for stays of over 90 days, of patient and companions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipeline.case.model import SHORT_STAY_DAYS, Case
from pipeline.visa.rules.registry import Hit, rule
from pipeline.visa.terms import last_landing_day


@rule("DOC-07")
def long_stay(case: Case, _as_of: date) -> Iterator[Hit]:
    for index, visit in enumerate(case.treatment.visits):
        if visit.days <= SHORT_STAY_DAYS:
            continue
        if not visit.hospitalised:
            yield Hit(f"/treatment/visits/{index}/hospitalised", ["not_hospitalised"])
        if case.visa.certificate_of_eligibility is None:
            yield Hit(f"/treatment/visits/{index}", ["no_certificate"])


@rule("COE-01")
def certificate_of_each_companion(case: Case, _as_of: date) -> Iterator[Hit]:
    for index, companion in enumerate(case.companions):
        if case.longest_stay > SHORT_STAY_DAYS and companion.certificate_of_eligibility is None:
            yield Hit(f"/companions/{index}")


@rule("COE-02")
def certificate_valid_at_landing(case: Case, _as_of: date) -> Iterator[Hit]:
    entries = _long_entries(case)
    for index, paper in enumerate(case.attachments):
        if paper.paper == "certificate_of_eligibility" and entries:
            last = last_landing_day(paper)
            if last is not None and last < max(entries):
                field = "issued_on" if paper.valid_until is None else "valid_until"
                yield Hit(f"/attachments/{index}/{field}")


@rule("COE-02B")
def certificate_has_a_date(case: Case, _as_of: date) -> Iterator[Hit]:
    for index, paper in enumerate(case.attachments):
        if paper.paper == "certificate_of_eligibility" and _long_entries(case) and last_landing_day(paper) is None:
            yield Hit(f"/attachments/{index}")


def _long_entries(case: Case) -> list[date]:
    """Return the entries for which a certificate is needed."""
    return [visit.entry_date for visit in case.treatment.visits if visit.days > SHORT_STAY_DAYS]
