"""The guarantor and the medical institution."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipeline.case.model import Case
from pipeline.visa.rules.registry import Hit, rule

_NUMBER = re.compile(r"[AB]-[0-9]{1,3}")
_KINDS = {"A-": "travel_agency", "B-": "coordinator"}


@rule("GUA-02")
def guarantor_number_form(case: Case, _as_of: date) -> Iterator[Hit]:
    if not _NUMBER.fullmatch(case.guarantor.registration_number):
        yield Hit("/guarantor/registration_number")


@rule("GUA-03")
def guarantor_list(case: Case, _as_of: date) -> Iterator[Hit]:
    if _KINDS.get(case.guarantor.registration_number[:2], case.guarantor.kind) != case.guarantor.kind:
        yield Hit("/guarantor/kind")


@rule("GUA-04")
def hospital_fax(case: Case, _as_of: date) -> Iterator[Hit]:
    if case.hospital.fax is None and not case.has_paper("combined_form"):
        yield Hit("/hospital")


@rule("GUA-05")
def guarantor_fax(case: Case, _as_of: date) -> Iterator[Hit]:
    if case.guarantor.fax is None and not case.has_paper("combined_form"):
        yield Hit("/guarantor")


@rule("GUA-10")
def departure_report(case: Case, as_of: date) -> Iterator[Hit]:
    if max(visit.exit_date for visit in case.treatment.visits) < as_of:
        yield Hit("/guarantor")


@rule("LET-06")
def inviter_is_guarantor(case: Case, _as_of: date) -> Iterator[Hit]:
    hospital, guarantor = case.hospital, case.guarantor
    same_number = hospital.corporate_number is not None and hospital.corporate_number == guarantor.corporate_number
    if same_number or hospital.name.ja == guarantor.name.ja:
        yield Hit("/guarantor/name")
