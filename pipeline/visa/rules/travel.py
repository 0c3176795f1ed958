"""The journey: airports, and the telephone numbers of everyone who takes part."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipeline.case.model import Case
from pipeline.resources import read_data
from pipeline.visa.rules.registry import Hit, rule


@rule("VIS-15")
def airports_in_japan(case: Case, _as_of: date) -> Iterator[Hit]:
    known = read_data("airports")["japan"]
    for index, visit in enumerate(case.treatment.visits):
        for name, flight in (("arrival", visit.arrival), ("departure", visit.departure)):
            if flight is not None and flight.port not in known:
                yield Hit(f"/treatment/visits/{index}/{name}/port")


@rule("FRM-11")
def with_country_code(case: Case, _as_of: date) -> Iterator[Hit]:
    # A number in Japan may also be written as it is dialled there, with a leading 0.
    for starts, numbers in ((("+",), _of_travellers(case)), (("+", "0"), _in_japan(case))):
        for pointer, number in numbers:
            if number is not None and not number.startswith(starts):
                yield Hit(pointer)


def _of_travellers(case: Case) -> Iterator[tuple[str, str | None]]:
    for pointer, person in case.travellers.values():
        yield f"{pointer}/phone", person.phone
        if person.application is not None:
            yield f"{pointer}/application/mobile", person.application.mobile
            if person.application.employer is not None:
                yield f"{pointer}/application/employer/phone", person.application.employer.phone


def _in_japan(case: Case) -> Iterator[tuple[str, str | None]]:
    for place, organisation in (("/hospital", case.hospital), ("/guarantor", case.guarantor)):
        yield f"{place}/phone", organisation.phone
        yield f"{place}/fax", organisation.fax
        if organisation.mandarin_contact is not None:
            yield f"{place}/mandarin_contact/phone", organisation.mandarin_contact.phone
    for index, visit in enumerate(case.treatment.visits):
        if visit.lodging is not None:
            yield f"/treatment/visits/{index}/lodging/phone", visit.lodging.phone
