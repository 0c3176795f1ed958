"""Masking: a case whose identity numbers are hidden, for a copy that is shown to third parties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from pipeline.case.model import Case
from pipeline.case.people import Companion, Patient

#: So many characters at the end stay readable, for a person who must recognise a number.
_SHOWN = 3

Person = TypeVar("Person", Patient, Companion)


def mask(number: str) -> str:
    """``number`` with all but its last characters as asterisks; a short one is hidden whole."""
    shown = _SHOWN if len(number) > 2 * _SHOWN else 0
    return "*" * (len(number) - shown) + number[len(number) - shown :]


def masked(case: Case) -> Case:
    """``case`` with the numbers of passports, identity cards and Certificates of Eligibility masked."""
    replace = msgspec.structs.replace
    return replace(
        case,
        patient=_masked_person(case.patient),
        companions=tuple(_masked_companion(companion) for companion in case.companions),
        visa=replace(case.visa, certificate_of_eligibility=_mask(case.visa.certificate_of_eligibility)),
    )


def identity_numbers(case: Case) -> Iterator[str]:
    """Every number that ``masked`` hides."""
    for _, person in case.travellers.values():
        yield from (person.passport.number, *(person.passport.mrz or ()))
        if person.resident_id:
            yield person.resident_id
        if isinstance(person, Companion) and person.certificate_of_eligibility:
            yield person.certificate_of_eligibility
    if case.visa.certificate_of_eligibility:
        yield case.visa.certificate_of_eligibility


def _masked_person(person: Person) -> Person:
    replace = msgspec.structs.replace
    passport = replace(person.passport, number=mask(person.passport.number), mrz=None)
    return replace(person, passport=passport, resident_id=_mask(person.resident_id))


def _masked_companion(companion: Companion) -> Companion:
    certificate = _mask(companion.certificate_of_eligibility)
    return msgspec.structs.replace(_masked_person(companion), certificate_of_eligibility=certificate)


def _mask(number: str | None) -> str | None:
    return None if number is None else mask(number)
