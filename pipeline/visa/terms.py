"""Terms of the visa: validity, and the last day to file."""

from __future__ import annotations

from datetime import date

from pipeline.case.filing import Attachment
from pipeline.case.model import Case
from pipeline.resources import read_data
from pipeline.visa.calendar import after_working_days, last_day_within


def assumed_issue(case: Case) -> date:
    """The day on which the visa is issued when it is filed as planned and nothing goes wrong."""
    return after_working_days(case.visa.filing_date, visa_terms()["processing_working_days"])


def visa_terms() -> dict[str, int]:
    """The visa's terms in days, months and years (pipeline/visa/data/visa-terms.json)."""
    terms: dict[str, int] = read_data("visa-terms")["terms"]
    return terms


VALIDITY_MONTHS = 3


#: Papers with terms of their own: the passport's expiry (ID-06) and the photo's age (OUT-06).
OWN_TERMS = ("passport", "photo")


def last_filing_day(paper: Attachment) -> date | None:
    """Until when a paper may be filed: its own validity, else three months from its date; None when neither is known.

    None too for passport and photo, which have terms of their own.
    """
    if paper.role in OWN_TERMS:
        return None
    if paper.valid_until is not None:
        return paper.valid_until
    return None if paper.issued_on is None else last_day_within(paper.issued_on, VALIDITY_MONTHS)
