"""When the application can be filed: what the papers, the visa and the holidays leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from pipeline.case.model import Case
from pipeline.case.people import PATIENT
from pipeline.visa.calendar import (
    before_working_days,
    first_day_reaching,
    is_working_day,
    last_day_within,
    working_day_from,
    working_day_until,
)
from pipeline.visa.terms import VALIDITY_MONTHS, last_filing_day, visa_terms


@dataclass(frozen=True, slots=True)
class Filing:
    """First and last day of the filing window, and the day that the case plans."""

    earliest: date
    latest: date
    planned: date

    @property
    def is_open(self) -> bool:
        """Whether there is a day at all."""
        return self.earliest <= self.latest

    @property
    def fits(self) -> bool:
        """Whether the planned day is one of the window's working days."""
        return self.earliest <= self.planned <= self.latest and is_working_day(self.planned)


class Limit(NamedTuple):
    """A paper, as the case names its role (``letters`` for all that this program writes), and its last filing day.

    ``person`` is whose paper it is: ``patient``, ``companion-1`` and so on.
    """

    id: str
    paper: str
    last_day: date
    person: str = PATIENT


def paper_limits(case: Case) -> Iterator[Limit]:
    """How long the letters and each dated paper of the case may be filed (rules LET-03, DOC-11).

    Passport and photo have terms of their own, which other rules look at.
    """
    yield Limit("letters", "letters", last_day_within(case.visa.letter_date, VALIDITY_MONTHS))
    for number, paper in enumerate(case.attachments, start=1):
        last_day = last_filing_day(paper)
        if last_day is not None:
            yield Limit(f"paper-{number}-{paper.role.replace('_', '-')}", paper.role, last_day, paper.person)


def filing_for(case: Case, as_of: date) -> Filing:
    """The filing window of the first application.

    Not before all is dated, and not so early that the visa would end before the entry for which it is needed.
    Not after a paper is too old, and with the working days of the procedure left before the first entry.
    """
    entries = [visit.entry_date for visit in case.treatment.visits]
    last_use = min(entries) if case.visa.entries == "single" else max(entries)
    dated = [paper.issued_on for paper in case.attachments if paper.issued_on is not None]
    earliest = working_day_from(max(as_of, case.visa.letter_date, *dated, not_before(last_use, case.visa.entries)))
    limits = [limit.last_day for limit in paper_limits(case)]
    latest = working_day_until(min(not_after(min(entries)), *limits))
    return Filing(earliest, latest, case.visa.filing_date)


def not_before(last_use: date, entries: str) -> date:
    """First filing day with which a visa that is issued as expected still holds on ``last_use``."""
    terms = visa_terms()
    months = terms["single_entry_months"] if entries == "single" else 12 * terms["multiple_entry_years"]
    return before_working_days(first_day_reaching(last_use, months), terms["processing_working_days"])


def not_after(entry: date) -> date:
    """Last filing day that leaves the working days of the procedure before ``entry``."""
    return before_working_days(entry, visa_terms()["processing_working_days"] + 1)
