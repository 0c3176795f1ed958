"""The fields of documents for which a case may have no value (``fields`` in packet.json)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from pipeline.case.base import Trilingual
from pipeline.case.half_case import or_else
from pipeline.case.model import Case
from pipeline.language import LANGUAGES, SEPARATORS
from pipeline.packet.template_set import Field
from pipeline.resources import read_data

#: Whether the case has a value for each field.
_IS_FILLED: Mapping[Field, Callable[[Case], bool]] = {
    "days": lambda case: bool(case.treatment.visits),
    "lodging": lambda case: all(visit.hospitalised or visit.lodging for visit in case.treatment.visits),
    "plan_title": lambda case: bool(case.treatment.plan_title),
    "plan_number": lambda case: bool(case.treatment.plan_number),
    "risk_class": lambda case: bool(case.treatment.risk_class),
    "committee": lambda case: bool(case.treatment.committee_name or case.treatment.committee_number),
    "cell_processing": lambda case: bool(case.treatment.cell_processing),
}


def empty_fields(fields: Iterable[Field], case: Case) -> tuple[Field, ...]:
    """Return those of ``fields`` for which the case has no value. What it lacks otherwise is a question."""
    return tuple(field for field in fields if not or_else(partial(_IS_FILLED[field], case), otherwise=True))


def place_of(field: Field) -> str:
    """Return the JSON pointer of the place in the case where the value of a field belongs."""
    return "/treatment/visits" if field in {"days", "lodging"} else "/treatment"


def name_fields(fields: Iterable[Field]) -> Trilingual:
    """Return the names of fields in a list."""
    names = [read_data("labels")["field"][field] for field in fields]
    return Trilingual(
        **{language: SEPARATORS[language].join(name[language] for name in names) for language in LANGUAGES}
    )
