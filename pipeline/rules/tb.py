"""Pre-entry TB screening (JPETS)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipeline.case import Case
from pipeline.jpets import screening_for, table_is_stale
from pipeline.rules.registry import Hit, rule

_DETAILS = {
    "not_started": "for this nationality the start of pre-entry TB screening is not set in the table",
    "required": "by the table, pre-entry TB screening applies to this nationality",
    "not_listed": "this nationality is not in the table of pre-entry TB screening",
}


@rule("TB-01")
def short_stay(case: Case, _as_of: date) -> Iterator[Hit]:
    if screening_for(case).status == "not_applicable":
        yield Hit("/tb_screening")


@rule("TB-02")
def long_stay(case: Case, _as_of: date) -> Iterator[Hit]:
    status = screening_for(case).status
    if status != "not_applicable":
        yield Hit("/tb_screening", _DETAILS[status])


@rule("TB-06")
def stale_table(_case: Case, as_of: date) -> Iterator[Hit]:
    if table_is_stale(as_of):
        yield Hit("/tb_screening")
