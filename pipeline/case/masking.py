"""Mask the identity numbers of a case, for a copy that is shared with third parties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from pipeline.case.model import Case
from pipeline.case.people import Companion, Patient

#: Number of characters at the end that stay readable, for a person who must recognise a number.
_READABLE = 3

Person = TypeVar("Person", Patient, Companion)


def mask(number: str) -> str:
    """Return ``number`` with all but its last characters as asterisks; a short number is masked as a whole."""
    readable = _READABLE if len(number) > 2 * _READABLE else 0
    return "*" * (len(number) - readable) + number[len(number) - readable :]


def mask_case(case: Case) -> Case:
    """Return ``case`` with the numbers of passports, identity cards and Certificates of Eligibility masked."""
    replace = msgspec.structs.replace
    return replace(
        case,
        patient=_mask_person(case.patient),
        companions=tuple(
            replace(
                _mask_person(companion), certificate_of_eligibility=_mask_optional(companion.certificate_of_eligibility)
            )
            for companion in case.companions
        ),
        visa=replace(case.visa, certificate_of_eligibility=_mask_optional(case.visa.certificate_of_eligibility)),
    )


def identity_numbers(case: Case) -> Iterator[str]:
    """Yield every number that ``mask_case`` masks."""
    for _, person in case.travellers.values():
        yield from (person.passport.number, *(person.passport.mrz or ()))
        if person.resident_id:
            yield person.resident_id
        if isinstance(person, Companion) and person.certificate_of_eligibility:
            yield person.certificate_of_eligibility
    if case.visa.certificate_of_eligibility:
        yield case.visa.certificate_of_eligibility


def _mask_person(person: Person) -> Person:
    passport = msgspec.structs.replace(person.passport, number=mask(person.passport.number), mrz=None)
    return msgspec.structs.replace(person, passport=passport, resident_id=_mask_optional(person.resident_id))


def _mask_optional(number: str | None) -> str | None:
    return None if number is None else mask(number)
