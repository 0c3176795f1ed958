"""The row of a patient as JSON (``summary`` of a result of ``visa-packet status``)."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from pipeline.run.overview.patient_row import FilingDays, PatientRow


def row_to_json(row: PatientRow, as_of: date) -> dict[str, Any]:
    """Return the row as a JSON object."""
    return {
        "readiness": row.state,
        "done": None if row.done is None else {"counted": row.done.counted, "done": row.done.done, "all": row.done.all},
        "filing": _filing(row.filing, as_of),
        "duties": [
            {"who": duty.who, "action": duty.action, "what": msgspec.to_builtins(duty.what)} for duty in row.duties
        ],
    }


def _filing(filing: FilingDays, as_of: date) -> dict[str, Any]:
    days = {"planned": filing.planned, "first": filing.first, "last": filing.last}
    return {
        **{name: day.isoformat() if day else None for name, day in days.items()},
        "is_known": filing.is_known,
        "days_left": filing.days_left(as_of),
    }
