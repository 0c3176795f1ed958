"""The filing window: the days on which papers, visa terms and holidays allow the application to be filed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from pipeline.case.model import Case
from pipeline.case.people import PATIENT
from pipeline.visa.calendar import WorkingDays, first_day_reaching, last_day_within
from pipeline.visa.missions import working_days
from pipeline.visa.terms import VALIDITY_MONTHS, last_filing_day, months_to_enter, visa_terms


@dataclass(frozen=True, slots=True)
class FilingWindow:
    """The first and last day of the filing window, and the planned day; ``open_days`` are those of the mission."""

    earliest: date
    latest: date
    planned: date
    open_days: WorkingDays

    @property
    def is_open(self) -> bool:
        """True if the window has a day."""
        return self.earliest <= self.latest

    @property
    def fits(self) -> bool:
        """True if the planned day is in the window, and the mission is open."""
        return self.earliest <= self.planned <= self.latest and self.open_days.includes(self.planned)


class Limit(NamedTuple):
    """A paper and its last filing day.

    ``paper`` is its role, or ``letters`` for all generated letters; ``person`` is its owner: ``patient``,
    ``companion-1`` and so on.
    """

    id: str
    paper: str
    last_day: date
    person: str = PATIENT


def paper_limits(case: Case) -> Iterator[Limit]:
    """Yield the last filing day of the letters and of each dated paper of the case (rules LET-03, DOC-11).

    Passport and photo have terms of their own, which other rules check.
    """
    yield Limit("letters", "letters", last_day_within(case.visa.letter_date, VALIDITY_MONTHS))
    for number, paper in enumerate(case.attachments, start=1):
        last_day = last_filing_day(paper)
        if last_day is not None:
            yield Limit(f"paper-{number}-{paper.paper.replace('_', '-')}", paper.paper, last_day, paper.person)


def find_filing_window(case: Case, as_of: date) -> FilingWindow:
    """Return the filing window of the first application.

    It begins when all papers are dated, and late enough for the visa to be valid on the entry that needs it. It ends
    before a paper is too old, and early enough for the processing time before the first entry.
    """
    entries = [visit.entry_date for visit in case.treatment.visits]
    last_use = min(entries) if case.visa.entries == "single" else max(entries)
    dated = [paper.issued_on for paper in case.attachments if paper.issued_on is not None]
    days = working_days(case)
    earliest = days.first_from(
        max(as_of, case.visa.letter_date, *dated, first_day_to_file(days, last_use, case.visa.entries))
    )
    limits = [limit.last_day for limit in paper_limits(case)]
    latest = days.last_until(min(last_day_to_file(days, min(entries)), *limits))
    return FilingWindow(earliest, latest, case.visa.filing_date, days)


def first_day_to_file(days: WorkingDays, last_use: date, entries: str) -> date:
    """Return the first filing day for which a visa issued as expected is still valid on ``last_use``."""
    first_issue = first_day_reaching(last_use, months_to_enter(entries))
    return days.nth(first_issue, -visa_terms()["processing_working_days"])


def last_day_to_file(days: WorkingDays, entry: date) -> date:
    """Return the last filing day that leaves the processing time before ``entry``."""
    return days.nth(entry, -visa_terms()["processing_working_days"] - 1)
