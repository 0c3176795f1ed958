"""The applicant's own answers for the application form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipeline.case.base import NONE
from pipeline.case.model import Case
from pipeline.case.people import Application, Companion, Patient, Questions
from pipeline.resources import read_data
from pipeline.visa.rules.registry import Hit, rule

#: Answers that the form requires of everyone; it marks the occupation of the partner as not mandatory.
_ASKED = (
    "former_names",
    "birth_place",
    "marital_status",
    "other_nationalities",
    "previous_stays",
    "mobile",
    "employer",
)


#: Year, month and perhaps day in an answer, in digits.
_DAY = re.compile(r"(?<!\d)([12]\d{3})\s?[-/.年]\s?(\d{1,2})(?:\s?[-/.月]\s?(\d{1,2}))?(?!\d)")


@rule("FRM-01")
def no_empty_field(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, person in _without_form(case):
        empty = [*_empty_answers(person.application), *_empty_particulars(case, person)]
        if empty:
            yield Hit(pointer if person.application is None else f"{pointer}/application", empty)


@rule("FRM-02")
def questions_answered(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, person in _without_form(case):
        if person.application is None:
            continue  # FRM-01 reports that every answer is missing
        questions = person.application.questions
        place = f"{pointer}/application" if questions is None else f"{pointer}/application/questions"
        open_ones = [name for name, answered in _answers(questions).items() if answered is None]
        if open_ones:
            yield Hit(place, open_ones)


@rule("FRM-03")
def yes_has_details(case: Case, _as_of: date) -> Iterator[Hit]:
    # The finding names no question, because its place would reveal the answer.
    for pointer, application in _applications(case):
        if any(_answers(application.questions).values()) and application.details is None:
            yield Hit(f"{pointer}/questions")


@rule("FRM-10")
def employee_has_employer(case: Case, _as_of: date) -> Iterator[Hit]:
    words = read_data("wordings")
    without_form = dict(_without_form(case))
    for pointer, person in case.travellers.values():
        application, occupation = person.application, person.occupation
        named = f"{occupation.ja} / {occupation.en} / {occupation.zh}"
        employed = re.search(words["employees"], named, re.IGNORECASE)
        if application is None or not employed or re.search(words["former"], named, re.IGNORECASE):
            continue
        if application.employer is None and pointer not in without_form:  # FRM-01 reports it for the others
            yield Hit(f"{pointer}/application")
        elif application.employer is not None and application.employer.name == NONE:
            yield Hit(f"{pointer}/application/employer/name")


@rule("DAT-05")
def previous_stays_are_past(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, application in _applications(case):
        days = (found.groups(default="1") for found in _DAY.finditer(application.previous_stays or ""))
        if any(tuple(map(int, day)) > case.visa.filing_date.timetuple()[:3] for day in days):
            yield Hit(f"{pointer}/previous_stays")


@rule("VIS-04")
def days_of_first_visit(case: Case, _as_of: date) -> Iterator[Hit]:
    days = case.treatment.visits[0].days
    for pointer, application in _applications(case):
        if application.days_in_japan not in {None, days, days - 1}:
            yield Hit(f"{pointer}/days_in_japan")


@rule("VIS-04B")
def nights_of_first_visit(case: Case, _as_of: date) -> Iterator[Hit]:
    nights = case.treatment.visits[0].days - 1
    for pointer, application in _applications(case):
        if application.days_in_japan == nights:
            yield Hit(f"{pointer}/days_in_japan")


@rule("VIS-12")
def unpaid_bills(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, application in _applications(case):
        if application.unpaid_medical_bills:
            yield Hit(f"{pointer}/unpaid_medical_bills")


@rule("VIS-13")
def paid_work(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, application in _applications(case):
        if application.paid_work_in_japan:
            yield Hit(f"{pointer}/paid_work_in_japan")


def _without_form(case: Case) -> Iterator[tuple[str, Patient | Companion]]:
    """Return everyone without an attached application form, for whom empty values stay empty on the data sheet."""
    supplied = {paper.person for paper in case.attachments if paper.role == "visa_application"}
    return (found for word, found in case.travellers.items() if word not in supplied)


def _applications(case: Case) -> Iterator[tuple[str, Application]]:
    for pointer, person in case.travellers.values():
        if person.application is not None:
            yield f"{pointer}/application", person.application


def _answers(questions: Questions | None) -> dict[str, bool | None]:
    return {name: getattr(questions or Questions(), name) for name in Questions.__struct_fields__}


def _empty_answers(application: Application | None) -> Iterator[str]:
    if application is None:
        yield "answers"
        return
    yield from (name for name in _ASKED if getattr(application, name) is None)
    employer = application.employer
    if employer is not None and employer.name != NONE:
        yield from (f"employer_{name}" for name in ("phone", "address") if getattr(employer, name) is None)


def _empty_particulars(case: Case, person: Patient | Companion) -> Iterator[str]:
    """Return the empty form fields whose values are in other parts of the case."""
    first = case.treatment.visits[0]
    values = {
        "resident_id": person.resident_id,
        "place_of_issue": person.passport.place_of_issue,
        "authority": person.passport.authority,
        "address": person.address,
        "phone": person.phone,
        "email": person.email,
        "arrival": first.arrival,
        "lodging": case.hospital if first.lodging is None and first.hospitalised else first.lodging,
    }
    return (name for name, value in values.items() if value is None)
