"""The steps after the last injection: the hospital's own phases, as dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipeline.case.base import Trilingual
from pipeline.case.model import Case
from pipeline.case.treatment import Phase
from pipeline.visa.calendar import days_after
from pipeline.visa.timeline.step import Step, make_step
from pipeline.visa.timeline.step_words import words

WEEK = 7


def recovery_steps(case: Case) -> Iterator[Step]:
    """Each phase of the return to sport; without any, that the physician explains it."""
    phases = case.treatment.return_to_sport
    if not phases:
        yield make_step("return-to-sport", "no_phases", None, None, note=words("notes", "no_phases"))
    injected = last_injection(case)
    note = None if injected else words("notes", "no_injection")
    for number, phase in enumerate(phases, start=1):
        start, end = _days(phase, injected)
        weeks = _weeks(phase)
        yield make_step(f"phase-{number}", "phase", start, end, weeks=weeks, note=note, text=phase.text, number=number)


def last_injection(case: Case) -> date | None:
    """Day of the last injection that the case plans."""
    steps = [step for visit in case.treatment.visits for step in visit.procedures]
    return max((step.date for step in steps if step.step == "injection"), default=None)


def _days(phase: Phase, injected: date | None) -> tuple[date | None, date | None]:
    """First and last day; a phase ends on the day before the next one can begin."""
    if injected is None:
        return None, None
    end = None if phase.to_week is None else days_after(injected, WEEK * phase.to_week - 1)
    return days_after(injected, WEEK * phase.from_week), end


def _weeks(phase: Phase) -> Trilingual:
    if phase.to_week is None:
        return words("weeks", "open", first=phase.from_week)
    return words("weeks", "closed", first=phase.from_week, last=phase.to_week)
