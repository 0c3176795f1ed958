"""Papers that the applicant supplies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipeline.case.model import Case
from pipeline.resources import read_data
from pipeline.visa.calendar import months_after
from pipeline.visa.rules.registry import Hit, rule
from pipeline.visa.rules.wording import claims_of


@rule("DOC-06")
def reason_for_visits(case: Case, _as_of: date) -> Iterator[Hit]:
    if _needs_own_schedule(case) and case.treatment.need_for_visits is None:
        yield Hit("/treatment")


@rule("DOC-06B")
def several_visits(case: Case, _as_of: date) -> Iterator[Hit]:
    if _needs_own_schedule(case) and len(case.treatment.visits) == 1:
        yield Hit("/treatment/visits")


@rule("DOC-15")
def no_threshold_of_funds(case: Case, _as_of: date) -> Iterator[Hit]:
    if not case.has_paper("funds_proof"):
        yield Hit("/attachments", ["no_proof"])
    yield from claims_of(case, "DOC-15", "amount")


@rule("DOC-16")
def letters_are_extras(case: Case, _as_of: date) -> Iterator[Hit]:
    if not case.has_paper("combined_form"):
        yield Hit("/attachments")


@rule("OUT-06")
def photo_is_recent(case: Case, _as_of: date) -> Iterator[Hit]:
    oldest = months_after(case.visa.filing_date, -read_data("photo")["max_age_months"])
    for index, paper in enumerate(case.attachments):
        if paper.role == "photo" and paper.issued_on is not None and paper.issued_on < oldest:
            yield Hit(f"/attachments/{index}/issued_on")


def _needs_own_schedule(case: Case) -> bool:
    """Return True if the treatment schedule must be generated from the case because none is attached."""
    return case.visa.entries == "multiple" and not case.has_paper("treatment_schedule")
