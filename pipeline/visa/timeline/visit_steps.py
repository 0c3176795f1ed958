"""The steps of the visits, and of the time between them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipeline.case.base import Trilingual
from pipeline.case.model import Case
from pipeline.case.treatment import Visit
from pipeline.resources import read_data
from pipeline.visa.calendar import days_after, working_day_from
from pipeline.visa.terms import last_entry
from pipeline.visa.timeline.filing import not_after, not_before
from pipeline.visa.timeline.step import Step, make_step
from pipeline.visa.timeline.step_words import words


def visit_steps(case: Case) -> Iterator[Step]:
    """Each visit, with the cells' culture after a harvest, and what must be done before the next one."""
    visits = case.treatment.visits
    for number, visit in enumerate(visits, start=1):
        if number > 1:
            yield from _before_next(case, number, visits[number - 2], visit)
        yield make_step(f"visit-{number}-entry", "entry", visit.entry_date, visit.entry_date, visit=number)
        for place, procedure in enumerate(visit.procedures, start=1):
            label = Trilingual(**read_data("labels")["step"][procedure.step])
            step_id = f"visit-{number}-procedure-{place}"
            yield make_step(step_id, "procedure", procedure.date, procedure.date, visit=number, step=label)
        yield make_step(f"visit-{number}-exit", "exit", visit.exit_date, visit.exit_date, visit=number)
        yield make_step(f"visit-{number}-report", "report", visit.exit_date, None, visit=number)
        yield from _culture(case, number, visit)


def _culture(case: Case, number: int, visit: Visit) -> Iterator[Step]:
    """From each harvest of the visit until the cells may be injected, by the hospital's own figure only."""
    days = case.treatment.culture_and_release_days
    harvests = [procedure.date for procedure in visit.procedures if procedure.step == "harvest"]
    if days is None and not case.treatment.has_cultured_cells:
        return
    for place, harvest in enumerate(harvests, start=1):
        step_id = f"culture-{number}-{place}"
        if days is None:
            yield make_step(step_id, "culture", harvest, None, visit=number, note=words("notes", "no_figure"))
            continue
        ready = days_after(harvest, days)
        yield make_step(step_id, "culture", harvest, ready, visit=number, note=words("notes", "culture", days=days))
        yield make_step(f"injection-{number}-{place}", "injection", ready, None, visit=number)


def _before_next(case: Case, number: int, before: Visit, visit: Visit) -> Iterator[Step]:
    """When a later visit can begin, and the application of its own that it needs after a single-entry visa."""
    earliest = _earliest_entry(case, before, visit)
    multiple = case.visa.entries == "multiple"
    latest = last_entry(case) if multiple else None
    known = "visit_window_multiple" if multiple else "visit_window"
    note = words("notes", "no_figure" if earliest is None else known)
    yield make_step(f"visit-{number}-window", "visit_window", earliest, latest, visit=number, note=note)
    if not multiple:
        first = working_day_from(max(days_after(before.exit_date, 1), not_before(visit.entry_date, "single")))
        last = not_after(visit.entry_date)
        window = (first, last) if first <= last else (None, None)
        note = words("notes", "application" if first <= last else "no_application")
        yield make_step(f"visit-{number}-application", "application", *window, visit=number, note=note)


def _earliest_entry(case: Case, before: Visit, visit: Visit) -> date | None:
    """First day of entry after the visit before, with the cells ready on the day of injection; None if not known."""
    treatment = case.treatment
    earliest = days_after(before.exit_date, 1)
    steps = [procedure for planned in treatment.visits for procedure in planned.procedures]
    for injection in (procedure.date for procedure in visit.procedures if procedure.step == "injection"):
        harvests = [step.date for step in steps if step.step == "harvest" and step.date < visit.entry_date]
        if not harvests:
            continue
        if treatment.culture_and_release_days is not None:
            ready = days_after(max(harvests), treatment.culture_and_release_days)
            earliest = max(earliest, days_after(ready, (visit.entry_date - injection).days))
        elif treatment.has_cultured_cells:
            return None
    return earliest
