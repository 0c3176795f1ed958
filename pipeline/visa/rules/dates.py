"""Dates that contradict each other, and papers that are too old."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipeline.case.model import Case
from pipeline.visa.calendar import REIWA_START, months_after
from pipeline.visa.rules.registry import Hit, rule
from pipeline.visa.terms import VALIDITY_MONTHS, last_filing_day


@rule("DAT-01")
def passport_dates(case: Case, as_of: date) -> Iterator[Hit]:
    for pointer, person in case.travellers.values():
        passport = person.passport
        if passport.issue_date > as_of:
            yield Hit(f"{pointer}/passport/issue_date", ["issued_in_future"])
        if passport.expiry_date <= passport.issue_date:
            yield Hit(f"{pointer}/passport/expiry_date", ["expires_before_issue"])
        if passport.issue_date <= person.birth_date:  # last: half a case may not know it yet
            yield Hit(f"{pointer}/passport/issue_date", ["issued_before_birth"])


@rule("DAT-02")
def filed_before_entry(case: Case, _as_of: date) -> Iterator[Hit]:
    if case.visa.filing_date >= min(visit.entry_date for visit in case.treatment.visits):
        yield Hit("/visa/filing_date")


@rule("DAT-03")
def filing_lies_ahead(case: Case, as_of: date) -> Iterator[Hit]:
    if case.visa.filing_date < as_of:
        yield Hit("/visa/filing_date")


@rule("DAT-04")
def phases_in_order(case: Case, _as_of: date) -> Iterator[Hit]:
    begun = 0
    for index, phase in enumerate(case.treatment.return_to_sport):
        if phase.to_week is not None and phase.to_week <= phase.from_week:
            yield Hit(f"/treatment/return_to_sport/{index}/to_week")
        if phase.from_week < begun:
            yield Hit(f"/treatment/return_to_sport/{index}/from_week")
        begun = phase.from_week


@rule("DOC-11")
def papers_are_recent(case: Case, _as_of: date) -> Iterator[Hit]:
    for index, paper in enumerate(case.attachments):
        last_day = last_filing_day(paper)
        if last_day is not None and last_day < case.visa.filing_date:
            field = "valid_until" if paper.valid_until else "issued_on"
            yield Hit(f"/attachments/{index}/{field}")


@rule("DOC-12")
def papers_not_from_the_future(case: Case, _as_of: date) -> Iterator[Hit]:
    for index, paper in enumerate(case.attachments):
        if paper.issued_on is not None and paper.issued_on > case.visa.filing_date:
            yield Hit(f"/attachments/{index}/issued_on")


@rule("LET-03")
def letters_are_recent(case: Case, _as_of: date) -> Iterator[Hit]:
    filing = case.visa.filing_date
    if not months_after(filing, -VALIDITY_MONTHS) <= case.visa.letter_date <= filing:
        yield Hit("/visa/letter_date")


@rule("ID-12")
def letters_in_reiwa(case: Case, _as_of: date) -> Iterator[Hit]:
    if case.visa.letter_date < REIWA_START:
        yield Hit("/visa/letter_date")
