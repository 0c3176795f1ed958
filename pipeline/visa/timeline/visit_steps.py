"""The steps of the visits, and of the time between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from pipeline.case.base import Trilingual
from pipeline.case.model import Case
from pipeline.case.treatment import Visit
from pipeline.resources import read_data
from pipeline.visa.calendar import days_after
from pipeline.visa.missions import working_days
from pipeline.visa.terms import last_entry
from pipeline.visa.timeline.filing_window import first_day_to_file, last_day_to_file
from pipeline.visa.timeline.step import Days, Kind, TimelineStep, make_step
from pipeline.visa.timeline.step_words import timeline_text


def visit_steps(case: Case) -> Iterator[TimelineStep]:
    """Yield the steps of each visit, the cell culture after a harvest, and the steps before the next visit."""
    visits = case.treatment.visits
    for number, visit in enumerate(visits, start=1):
        if number > 1:
            yield from _before_next(case, number, visits[number - 2], visit)
        yield _step(f"visit-{number}-entry", "entry", (visit.entry_date, visit.entry_date), number)
        for place, procedure in enumerate(visit.procedures, start=1):
            label = Trilingual(**read_data("labels")["step"][procedure.step])
            days = (procedure.date, procedure.date)
            step = make_step(f"visit-{number}-procedure-{place}", "procedure", days, number=number, step=label)
            yield replace(step, visit=number)
        yield _step(f"visit-{number}-exit", "exit", (visit.exit_date, visit.exit_date), number)
        yield _step(f"visit-{number}-report", "report", (visit.exit_date, None), number)
        yield from _culture(case, number, visit)


def _step(step_id: str, kind: Kind, days: Days, visit: int, note: Trilingual | None = None) -> TimelineStep:
    return replace(make_step(step_id, kind, days, number=visit), visit=visit, note=note)


def _culture(case: Case, number: int, visit: Visit) -> Iterator[TimelineStep]:
    """Yield the time from each harvest of the visit to the earliest injection, by the hospital's own figure only."""
    days = case.treatment.culture_and_release_days
    harvests = [procedure.date for procedure in visit.procedures if procedure.step == "harvest"]
    if days is None and not case.treatment.has_cultured_cells:
        return
    for place, harvest in enumerate(harvests, start=1):
        step_id = f"culture-{number}-{place}"
        if days is None:
            yield _step(step_id, "culture", (harvest, None), number, timeline_text("notes", "no_figure"))
            continue
        released = days_after(harvest, days)
        yield _step(step_id, "culture", (harvest, released), number, timeline_text("notes", "culture", days=days))
        yield _step(f"injection-{number}-{place}", "injection", (released, None), number)


def _before_next(case: Case, number: int, before: Visit, visit: Visit) -> Iterator[TimelineStep]:
    """Yield the earliest entry of a later visit, and the new application that it needs after a single-entry visa."""
    earliest = _earliest_entry(case, before, visit)
    multiple = case.visa.entries == "multiple"
    latest = last_entry(case) if multiple else None
    known = "visit_window_multiple" if multiple else "visit_window"
    note = timeline_text("notes", "no_figure" if earliest is None else known)
    yield _step(f"visit-{number}-window", "visit_window", (earliest, latest), number, note)
    if not multiple:
        days = working_days(case)
        possible = first_day_to_file(days, visit.entry_date, "single")
        first = days.first_from(max(days_after(before.exit_date, 1), possible))
        last = last_day_to_file(days, visit.entry_date)
        window = (first, last) if first <= last else (None, None)
        note = timeline_text("notes", "application" if first <= last else "no_application")
        yield _step(f"visit-{number}-application", "application", window, number, note)


def _earliest_entry(case: Case, before: Visit, visit: Visit) -> date | None:
    """Return the first day of entry after the previous visit for which the cells are released on the injection day.

    None if the hospital's figure is needed and not given.
    """
    treatment = case.treatment
    earliest = days_after(before.exit_date, 1)
    steps = [procedure for planned in treatment.visits for procedure in planned.procedures]
    for injection in (procedure.date for procedure in visit.procedures if procedure.step == "injection"):
        harvests = [step.date for step in steps if step.step == "harvest" and step.date < visit.entry_date]
        if not harvests:
            continue
        if treatment.culture_and_release_days is not None:
            released = days_after(max(harvests), treatment.culture_and_release_days)
            earliest = max(earliest, days_after(released, (visit.entry_date - injection).days))
        elif treatment.has_cultured_cells:
            return None
    return earliest
