"""The timeline as JSON (schemas/timeline.schema.json)."""

from __future__ import annotations

from typing import Any

import msgspec

from pipeline.case.base import Trilingual
from pipeline.visa.timeline.step import TimelineStep
from pipeline.visa.timeline.timeline import Timeline


def timeline_to_json(timeline: Timeline) -> dict[str, Any]:
    """Return the timeline as a JSON object."""
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


def _step(step: TimelineStep) -> dict[str, Any]:
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
