"""The values that a paper of a case shows, for the fields of its person."""

from __future__ import annotations

from datetime import date

from pipeline.attachments.proposed_values import ProposedValue, propose_values
from pipeline.attachments.read_paper import convert, make_request
from pipeline.attachments.read_values import lines_of
from pipeline.case.people import PATIENT
from pipeline.run.case_folder.case_text import CaseText


def paper_pdf(text: CaseText, number: int) -> bytes:
    """Return an attachment as PDF. Raises UnusableError, LookupError."""
    entry = text.entries[number]
    return convert(make_request(text.folder, entry["path"], password_file=entry.get("password_file"))).pdf


def read_entry(text: CaseText, number: int, as_of: date) -> list[ProposedValue]:
    """Return values for fields of the case that an attachment shows.

    Raises InputError if it has no text and the extra that reads scans is not installed, UnusableError, LookupError.
    """
    return propose_values(lines_of(paper_pdf(text, number), scans=True), owner_pointer(text, number), as_of)


def owner_pointer(text: CaseText, number: int) -> str:
    """Return the pointer of the person whose paper an attachment is."""
    kind, _, place = text.entries[number].get("person", PATIENT).partition("-")
    return f"/companions/{int(place) - 1}" if place else f"/{kind}"
