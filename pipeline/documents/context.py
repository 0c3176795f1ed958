"""Makes the names that a Word template may read from a case. docs/templates.md lists them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from functools import partial

import msgspec

from pipeline.case.base import PAGE_LANGUAGES, Trilingual
from pipeline.case.half_case import known, or_blank
from pipeline.case.model import SHORT_STAY_DAYS, Case
from pipeline.case.people import PATIENT, Application, Companion, Patient, Questions, Traveller
from pipeline.case.treatment import Visit
from pipeline.documents.context_days import airport_name, days_of, periods_of
from pipeline.documents.context_timeline import timeline_names
from pipeline.documents.context_types import (
    Answers,
    DocumentNames,
    Fees,
    Fellow,
    Home,
    Period,
    Stay,
)
from pipeline.resources import read_data
from pipeline.visa.labels import trilingual
from pipeline.visa.tb_screening import screening_for


def document_context(
    case: Case, as_of: date, person: str = PATIENT, languages: Collection[str] = PAGE_LANGUAGES
) -> DocumentNames:
    """Return the names for every document except the cover sheet, which also needs ``packet``.

    ``person`` is the owner of the document: ``patient``, ``companion-1`` and so on. ``languages`` are those of letters.
    """
    applicant = case.travellers[person][1]
    visits = or_blank(lambda: tuple(case.treatment.visits))
    return {
        "case_id": case.case_id,
        "applicant": applicant,
        "certificate_of_eligibility": _certificate(case, applicant),
        "residence_status": or_blank(lambda: _residence_status(case)),
        "home": _home(applicant),
        "answers": _own_answers(applicant),
        "patient": case.patient,
        "companions": or_blank(lambda: known(case.companions, "/companions")),
        "condition": case.condition,
        "treatment": case.treatment,
        "hospital": case.hospital,
        "guarantor": case.guarantor,
        "visa": case.visa,
        "tb_screening": case.tb_screening,
        "costs": case.costs,
        "fees": or_blank(lambda: _fees(case.visa.mission)),
        "athlete": case.athlete,
        "anti_doping": read_data("anti-doping"),
        "long_stay": read_data("long-stay"),
        "as_of": as_of,
        "mission": or_blank(lambda: _of_mission(case, "name")),
        "addressee": or_blank(lambda: _of_mission(case, "addressee")),
        "stays": or_blank(lambda: [_stay(number, visit) for number, visit in enumerate(visits, start=1)]),
        "days_of_stay": or_blank(lambda: [or_blank(partial(days_of, visit)) for visit in visits]),
        "periods_of_stay": or_blank(lambda: [or_blank(partial(_periods, visit)) for visit in visits]),
        "languages": {"ja": "ja" in languages, "en": "en" in languages, "zh": "zh" in languages},
        "longest_stay": or_blank(lambda: case.longest_stay),
        "jpets": or_blank(lambda: screening_for(case)),
        **timeline_names(case, as_of),
    }


def fellows_of(case: Case, person: str) -> Iterator[Fellow]:
    """Yield the people who travel with the owner of a bundle: the patient's companions, or a companion's patient."""
    if person == PATIENT:
        for companion in case.companions:
            yield {
                "role": trilingual("traveller", "companion"),
                "person": companion,
                "relationship": companion.relationship,
            }
    applicant = case.travellers[person][1]
    if isinstance(applicant, Companion):
        relationship = _to_patient(applicant.relationship)
        yield {"role": trilingual("traveller", "patient"), "person": case.patient, "relationship": relationship}


def _to_patient(relationship: Trilingual) -> Trilingual:
    """Return the relationship of a companion to the patient, for a sheet whose applicant is the companion."""
    return Trilingual(
        f"申請人は患者の{relationship.ja}",
        f"Applicant's relationship: {relationship.en}",
        f"申请人为患者的{relationship.zh}",
    )


def _of_mission(case: Case, name: str) -> Trilingual:
    return Trilingual(**read_data("missions")["missions"][case.visa.mission][name])


def _residence_status(case: Case) -> Trilingual:
    return trilingual("residence_status", "long" if case.longest_stay > SHORT_STAY_DAYS else "short")


def _periods(visit: Visit) -> list[Period]:
    return periods_of(days_of(visit))


def _certificate(case: Case, applicant: Patient | Companion) -> str | None:
    """Return the number of the applicant's own Certificate of Eligibility."""
    if isinstance(applicant, Companion):
        return applicant.certificate_of_eligibility
    return case.visa.certificate_of_eligibility


def _home(person: Patient | Companion) -> Home:
    """Return the applicant's home. The case need not say it for a companion."""
    address = person.address.text if isinstance(person, Patient) else person.address
    household = person.household_province
    return {"address": address, "phone": person.phone, "email": person.email, "household_province": household}


def _fees(mission: str) -> Fees:
    """Return what a visa costs at a mission."""
    table = read_data("fees")
    is_local = mission not in table["elsewhere"]["missions"]
    currency = "cny" if is_local else "jpy"
    single, multiple = table[currency]["single"], table[currency]["multiple"]
    return {
        "since": date.fromisoformat(table["since"]),
        "single": single,
        "multiple": multiple,
        "more": multiple - single,
        "unit": Trilingual(**table["units"][currency]),
        "is_local": is_local,
    }


def _own_answers(person: Traveller) -> Answers:
    """Return the applicant's own answers for the application form, each None if the case has none."""
    answers = person.application or Application()
    return Answers(**msgspec.structs.asdict(answers) | {"questions": answers.questions or Questions()})


def _stay(number: int, visit: Visit) -> Stay:
    return {
        "number": number,
        "entry_date": visit.entry_date,
        "exit_date": visit.exit_date,
        "days": or_blank(lambda: visit.days),
        "hospitalised": visit.hospitalised,
        "physician": visit.physician,
        "purpose": visit.purpose,
        "procedures": visit.procedures,
        "lodging": visit.lodging,
        "arrival": visit.arrival,
        "port": None if visit.arrival is None else airport_name(visit.arrival.port),
        "departure": visit.departure,
        "activities": visit.activities,
    }
