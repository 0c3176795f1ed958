"""The timeline of a case: dates from the papers to the return to sport, given in the case or derived from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from pipeline.case.half_case import ABSENT_ERRORS
from pipeline.case.model import Case
from pipeline.visa.timeline.application_steps import application_steps
from pipeline.visa.timeline.filing_window import FilingWindow, find_filing_window
from pipeline.visa.timeline.recovery import recovery_steps
from pipeline.visa.timeline.step import TimelineStep
from pipeline.visa.timeline.visit_steps import visit_steps


@dataclass(frozen=True, slots=True)
class Timeline:
    """All steps of one case, beginning with the papers, as of one day."""

    case_id: str
    as_of: date
    filing: FilingWindow
    steps: tuple[TimelineStep, ...]

    def of_kind(self, *kinds: str) -> list[TimelineStep]:
        """Return the steps of these kinds."""
        return [step for step in self.steps if step.kind in kinds]


def make_timeline(case: Case, as_of: date, audience: str | None = None) -> Timeline:
    """Return the timeline of ``case``, with all steps or those for ``audience`` (``patient``, ``coordinator``)."""
    filing = find_filing_window(case, as_of)
    steps = (*application_steps(case, filing), *visit_steps(case), *recovery_steps(case))
    wanted = tuple(step for step in steps if audience is None or audience in step.audience)
    return Timeline(case.case_id, as_of, filing, wanted)


def make_known_timeline(case: Case, as_of: date) -> Timeline | None:
    """Return the steps of half a case whose days are known, or None if even its filing window is not."""
    try:
        filing = find_filing_window(case, as_of)
    except ABSENT_ERRORS:
        return None
    parts = (application_steps(case, filing), visit_steps(case), recovery_steps(case))
    return Timeline(case.case_id, as_of, filing, tuple(step for part in parts for step in _known(part)))


def _known(steps: Iterator[TimelineStep]) -> Iterator[TimelineStep]:
    """Yield the steps until one needs a missing field, and of these only those whose days are not missing."""
    with suppress(*ABSENT_ERRORS):
        for step in steps:
            if all(day is None or isinstance(day, date) for day in (step.start, step.end)):
                yield step
