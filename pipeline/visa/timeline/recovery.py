"""The steps after the last injection: the hospital's own phases, as dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from pipeline.case.base import Trilingual
from pipeline.case.model import Case
from pipeline.case.treatment import Phase
from pipeline.visa.calendar import days_after
from pipeline.visa.timeline.step import Days, TimelineStep, make_step
from pipeline.visa.timeline.step_words import timeline_text

WEEK = 7


def recovery_steps(case: Case) -> Iterator[TimelineStep]:
    """Yield each phase of the return to sport, or one step that refers to the physician if the case has none."""
    phases = case.treatment.return_to_sport
    if not phases:
        note = timeline_text("notes", "no_phases")
        yield replace(make_step("return-to-sport", "no_phases", (None, None)), note=note)
    injected = last_injection(case)
    unknown = None if injected else timeline_text("notes", "no_injection")
    for number, phase in enumerate(phases, start=1):
        weeks = _weeks(phase)
        step = make_step(f"phase-{number}", "phase", _days(phase, injected), number=number, weeks=weeks)
        yield replace(step, weeks=weeks, note=unknown, text=phase.text)


def last_injection(case: Case) -> date | None:
    """Return the day of the last planned injection."""
    steps = [step for visit in case.treatment.visits for step in visit.procedures]
    return max((step.date for step in steps if step.step == "injection"), default=None)


def _days(phase: Phase, injected: date | None) -> Days:
    """Return the first and last day; a phase ends on the day before the next one can begin."""
    if injected is None:
        return None, None
    end = None if phase.to_week is None else days_after(injected, WEEK * phase.to_week - 1)
    return days_after(injected, WEEK * phase.from_week), end


def _weeks(phase: Phase) -> Trilingual:
    if phase.to_week is None:
        return timeline_text("weeks", "open", first=phase.from_week)
    return timeline_text("weeks", "closed", first=phase.from_week, last=phase.to_week)
