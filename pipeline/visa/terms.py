"""Terms of the visa: processing time, validity, and the last day to file a paper."""

from __future__ import annotations

from datetime import date

from pipeline.case.filing import Attachment
from pipeline.case.model import Case
from pipeline.resources import read_data
from pipeline.visa.calendar import last_day_within, months_after
from pipeline.visa.missions import working_days

#: How old letters and papers may be on the filing date.
VALIDITY_MONTHS = 3

#: Papers with terms of their own: the passport's expiry (ID-06) and the photo's age (OUT-06).
OWN_TERMS = ("passport", "photo")


def visa_terms() -> dict[str, int]:
    """Return the visa's terms in days, months and years (pipeline/visa/data/visa-terms.json)."""
    terms: dict[str, int] = read_data("visa-terms")["terms"]
    return terms


def months_to_enter(entries: str) -> int:
    """Return the longest time from issue to entry, for ``single`` or ``multiple`` entries."""
    terms = visa_terms()
    return terms["single_entry_months"] if entries == "single" else 12 * terms["multiple_entry_years"]


def assumed_issue(case: Case) -> date:
    """Return the day on which the visa is expected to be issued if it is filed as planned."""
    return working_days(case).nth(case.visa.filing_date, visa_terms()["processing_working_days"])


def last_entry(case: Case) -> date:
    """Return the last day of entry with the requested visa, if it is issued as expected for the longest term."""
    return months_after(assumed_issue(case), months_to_enter(case.visa.entries))


def last_landing_day(certificate: Attachment) -> date | None:
    """Return the last day on which a Certificate of Eligibility is valid at landing, None if it has no date."""
    if certificate.valid_until is not None or certificate.issued_on is None:
        return certificate.valid_until
    return months_after(certificate.issued_on, visa_terms()["certificate_months"])


def last_filing_day(paper: Attachment) -> date | None:
    """Return the last day to file a paper: its own expiry date, or three months from its date.

    None if neither is known, and for passport and photo, which have terms of their own.
    """
    if paper.role in OWN_TERMS:
        return None
    if paper.valid_until is not None:
        return paper.valid_until
    return None if paper.issued_on is None else last_day_within(paper.issued_on, VALIDITY_MONTHS)
