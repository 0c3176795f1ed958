"""The timeline as text for people, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from pipeline.case import Trilingual
from pipeline.columns import padded, width
from pipeline.language import Language
from pipeline.timeline import Timeline
from pipeline.timeline.step import Step
from pipeline.timeline.words import dates_in, words


def table_of(timeline: Timeline, language: Language) -> Iterator[str]:
    """A line for each step: days, who acts, what; its note and the hospital's own words below."""
    rows = [(dates_in(language, step.start, step.end), _who(step, language), step) for step in timeline.steps]
    first = max((width(days) for days, _, _ in rows), default=0)
    second = max((width(who) for _, who, _ in rows), default=0)
    for days, who, step in rows:
        yield f"{padded(days, first)}  {padded(who, second)}  {getattr(step.title, language)}"
        for more in (step.text, getattr(step.note, language) if step.note else None):
            if more:
                yield f"{' ' * (first + second + 4)}{more}"


def document_of(timeline: Timeline) -> dict[str, Any]:
    """The timeline as a JSON object (schemas/timeline.schema.json)."""
    filing = timeline.filing
    return {
        "case_id": timeline.case_id,
        "as_of": timeline.as_of.isoformat(),
        "filing": {
            "earliest": filing.earliest.isoformat(),
            "latest": filing.latest.isoformat(),
            "planned": filing.planned.isoformat(),
            "is_open": filing.is_open,
            "fits": filing.fits,
        },
        "steps": [_step(step) for step in timeline.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "id": step.id,
        "kind": step.kind,
        "from": step.start.isoformat() if step.start else None,
        "to": step.end.isoformat() if step.end else None,
        "who": step.who,
        "for": list(step.audience),
        "visit": step.visit,
        "title": _texts(step.title),
        "note": _texts(step.note),
        "text": step.text,
        "rule": step.rule,
        "source": step.source,
        "as_of": step.as_of,
    }


def _texts(text: Trilingual | None) -> Any:
    return None if text is None else msgspec.to_builtins(text)


def _who(step: Step, language: Language) -> str:
    return str(getattr(words("who", step.who), language))
