"""What another day of a visit would change: the steps that move, and the rules that then apply. The case stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipeline.case.load import LoadedCase, load_case
from pipeline.case.source import Source
from pipeline.errors import InputError, Problem
from pipeline.formats.json.edit import change_text
from pipeline.visa.rules.checks import check_rules
from pipeline.visa.timeline.step import Days, TimelineStep
from pipeline.visa.timeline.timeline import Timeline, make_timeline

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class MovedStep:
    """A step on its new days, and the days of the case; None for a step that the case does not have."""

    step: TimelineStep
    before: Days | None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The timeline with the new days, its steps that move or appear, those that disappear, and the same of findings."""

    timeline: Timeline
    moved: tuple[MovedStep, ...]
    dropped: tuple[TimelineStep, ...]
    appearing: tuple[Problem, ...]
    disappearing: tuple[Problem, ...]


def what_if(source: Source, as_of: date, days: Mapping[int, date], directory: Path | None = None) -> WhatIf:
    """Return what changes if visits (by number, from 1) begin on these days, each with everything that is on its days.

    Raise CaseError if the case is invalid by its schema, InputError if it has no such visit.
    """
    loaded = load_case(source, directory)
    moved = load_case(_moved_source(source, loaded, days), directory)
    before, after = (make_timeline(each.case, as_of) for each in (loaded, moved))
    former = {step.id: step for step in before.steps}
    now = {step.id for step in after.steps}
    findings = [check_rules(each.case, as_of, each.json_file) for each in (loaded, moved)]
    known = [{(each.code, each.pointer) for each in group} for group in findings]
    return WhatIf(
        after,
        tuple(_moved(after.steps, former)),
        tuple(step for step in before.steps if step.id not in now),
        tuple(each for each in findings[1] if (each.code, each.pointer) not in known[0]),
        tuple(each for each in findings[0] if (each.code, each.pointer) not in known[1]),
    )


def _moved(steps: tuple[TimelineStep, ...], former: Mapping[str, TimelineStep]) -> Iterator[MovedStep]:
    for step in steps:
        old = former.get(step.id)
        if old is None or (old.start, old.end) != (step.start, step.end):
            yield MovedStep(step, (old.start, old.end) if old else None)


def _moved_source(source: Source, loaded: LoadedCase, days: Mapping[int, date]) -> Source:
    data = json.loads(loaded.json_file.text)
    visits = data["treatment"]["visits"]
    for number, day in days.items():
        if not 1 <= number <= len(visits):
            message = f"the case has no visit {number}"
            raise InputError(Problem("no-visit", "error", message, f"it has {len(visits)}", source.file))
        visits[number - 1] = _shift(visits[number - 1], day - loaded.case.treatment.visits[number - 1].entry_date)
    text = change_text(loaded.json_file.text, data)
    return Source(source.file, source.folder, text.encode())


def _shift(value: Any, delta: timedelta) -> Any:
    """Return a part of a visit with each day moved."""
    if isinstance(value, dict):
        return {key: _shift(below, delta) for key, below in value.items()}
    if isinstance(value, list):
        return [_shift(below, delta) for below in value]
    if isinstance(value, str) and _DAY.fullmatch(value):
        return (date.fromisoformat(value) + delta).isoformat()
    return value
