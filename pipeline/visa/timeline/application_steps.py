"""The steps from the papers to the visa."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipeline.case.model import Case
from pipeline.case.people import PATIENT
from pipeline.visa.terms import assumed_issue, last_entry, visa_terms
from pipeline.visa.timeline.filing_window import FilingWindow, paper_limits
from pipeline.visa.timeline.step import TimelineStep, make_step
from pipeline.visa.timeline.step_words import timeline_text


def application_steps(case: Case, filing: FilingWindow) -> Iterator[TimelineStep]:
    """Yield the last filing day of each paper, the filing window, the planned day, the decision and the visa's use."""
    for limit in paper_limits(case):
        rule = "LET-03" if limit.paper == "letters" else "DOC-11"
        paper = timeline_text("papers", limit.paper)
        if limit.person != PATIENT:
            number = limit.person.removeprefix("companion-")
            paper = timeline_text("papers", "of_companion", number=number, paper=paper)
        yield make_step(limit.id, "paper", (None, limit.last_day), rule, paper=paper)
    window = (filing.earliest, filing.latest) if filing.is_open else (None, None)
    note = timeline_text("notes", "filing_window" if filing.is_open else "no_window")
    yield replace(make_step("filing-window", "filing_window", window), note=note)
    unfit = None if filing.fits else timeline_text("notes", "filing_does_not_fit")
    yield replace(make_step("filing", "filing", (filing.planned, filing.planned)), note=unfit)
    note = timeline_text("notes", "decision", days=visa_terms()["processing_working_days"])
    yield replace(make_step("decision", "decision", (assumed_issue(case), None)), note=note)
    yield _use(case)


def _use(case: Case) -> TimelineStep:
    terms = visa_terms()
    if case.visa.entries == "single":
        note = timeline_text("notes", "single_entry", months=terms["single_entry_months"])
        return replace(make_step("visa-use", "single_entry", (None, last_entry(case))), note=note)
    note = timeline_text("notes", "multiple_entry", years=terms["multiple_entry_years"])
    return replace(make_step("visa-use", "multiple_entry", (None, last_entry(case))), note=note)
