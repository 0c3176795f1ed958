"""The steps from the papers to the visa."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.case.model import Case
from pipeline.case.people import PATIENT
from pipeline.visa.terms import assumed_issue, last_entry, visa_terms
from pipeline.visa.timeline.filing import Filing, paper_limits
from pipeline.visa.timeline.step import Step, make_step
from pipeline.visa.timeline.step_words import words


def application_steps(case: Case, filing: Filing) -> Iterator[Step]:
    """Until when each paper may be filed, the filing window, the planned day, and what may be expected of it."""
    for limit in paper_limits(case):
        rule = "LET-03" if limit.paper == "letters" else "DOC-11"
        paper = words("papers", limit.paper)
        if limit.person != PATIENT:
            paper = words("papers", "of_companion", number=limit.person.removeprefix("companion-"), paper=paper)
        yield make_step(limit.id, "paper", None, limit.last_day, rule=rule, paper=paper)
    first, last = (filing.earliest, filing.latest) if filing.is_open else (None, None)
    window_note = words("notes", "filing_window" if filing.is_open else "no_window")
    yield make_step("filing-window", "filing_window", first, last, note=window_note)
    filing_note = None if filing.fits else words("notes", "filing_does_not_fit")
    yield make_step("filing", "filing", filing.planned, filing.planned, note=filing_note)
    days = visa_terms()["processing_working_days"]
    yield make_step("decision", "decision", assumed_issue(case), None, note=words("notes", "decision", days=days))
    yield _use(case)


def _use(case: Case) -> Step:
    terms = visa_terms()
    if case.visa.entries == "single":
        note = words("notes", "single_entry", months=terms["single_entry_months"])
        return make_step("visa-use", "single_entry", None, last_entry(case), note=note)
    note = words("notes", "multiple_entry", years=terms["multiple_entry_years"])
    return make_step("visa-use", "multiple_entry", None, last_entry(case), note=note)
