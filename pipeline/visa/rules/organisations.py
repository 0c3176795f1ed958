"""The guarantor and the medical institution."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipeline.case.model import Case
from pipeline.resources import read_data
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


@rule("GUA-12")
def guarantor_is_an_organisation(case: Case, _as_of: date) -> Iterator[Hit]:
    guarantor = case.guarantor
    name = _joined(guarantor.name.ja)
    people = {_joined(person.name.chinese) for _, person in case.travellers.values()}
    people |= {_joined(guarantor.representative.name.ja), _joined(guarantor.contact.name.ja)}
    words = read_data("wordings")["organisations"]
    is_named_so = re.search(words, f"{guarantor.name.ja} {guarantor.name.en}", re.IGNORECASE)
    if name in people or (guarantor.corporate_number is None and not is_named_so):
        yield Hit("/guarantor/name")


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


def _joined(name: str) -> str:
    """Return a name without the space between surname and given name."""
    return "".join(name.split())
