"""The applicant's own answers for the application form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipeline.case.base import NONE, Trilingual
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


#: A year, and perhaps month and day, in an answer, in digits.
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:\s?[-/.年]\s?(\d{1,2})(?:\s?[-/.月]\s?(\d{1,2}))?)?(?!\d)")


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
    for hit, _, work in _without_employer(case):
        if work == "employed":
            yield hit


@rule("FRM-10B")
def usual_employee_has_employer(case: Case, _as_of: date) -> Iterator[Hit]:
    words = read_data("wordings")
    for hit, occupation, work in _without_employer(case):
        named = f"{occupation.ja} / {occupation.en} / {occupation.zh}"
        employed = re.search(words["employees"], named, re.IGNORECASE)
        if work is None and employed and not re.search(words["not_employed"], named, re.IGNORECASE):
            yield hit


@rule("DAT-05")
def previous_stays_are_past(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, person in case.travellers.values():
        days = list(_previous_days(person.application))
        details = {
            "after_filing": any(first > case.visa.filing_date.timetuple()[:3] for first, _ in days),
            "before_birth": any(last < person.birth_date.timetuple()[:3] for _, last in days),
        }
        if any(details.values()):
            yield Hit(f"{pointer}/application/previous_stays", [name for name, found in details.items() if found])


@rule("DAT-05B")
def previous_stays_are_over(case: Case, as_of: date) -> Iterator[Hit]:
    for pointer, application in _applications(case):
        days = [first for first, _ in _previous_days(application)]
        if any(as_of.timetuple()[:3] < day <= case.visa.filing_date.timetuple()[:3] for day in days):
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


def _without_employer(case: Case) -> Iterator[tuple[Hit, Trilingual, str | None]]:
    """Yield the place, the occupation and the kind of work of everyone for whom no employer is named."""
    without_form = dict(_without_form(case))
    for pointer, person in case.travellers.values():
        application = person.application
        if application is None:
            continue
        if application.employer is None and pointer not in without_form:  # FRM-01 reports it for the others
            yield Hit(f"{pointer}/application"), person.occupation, application.work
        elif application.employer is not None and application.employer.name == NONE:
            yield Hit(f"{pointer}/application/employer/name"), person.occupation, application.work


def _previous_days(application: Application | None) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Yield the first and the last day that each date in the answer can mean: a year alone means any of its days."""
    for found in _DAY.finditer(application.previous_stays or "" if application else ""):
        first, last = found.groups(default="1"), found.groups(default="31")
        yield tuple(map(int, first)), tuple(map(int, last))


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
        "flight": first.arrival.flight if first.arrival else NONE,  # "arrival" reports that both are empty
        "lodging": case.hospital if first.lodging is None and first.hospitalised else first.lodging,
    }
    return (name for name, value in values.items() if value is None)
