"""Makes the names that a Word template may read from a case. docs/templates.md lists them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec
from babel.dates import format_date

from pipeline.case.base import PAGE_LANGUAGES, Trilingual
from pipeline.case.model import SHORT_STAY_DAYS, Case
from pipeline.case.people import PATIENT, Application, Companion, Patient, Questions, Traveller
from pipeline.case.treatment import Flight, Visit
from pipeline.documents.context_timeline import filing_names, timeline_names
from pipeline.documents.context_types import (
    Answers,
    CoverNames,
    Day,
    DocumentNames,
    EnclosedPaper,
    Fellow,
    Home,
    ListOfPapers,
    PageOfPaper,
    RequiredPaper,
    Stay,
)
from pipeline.packet.document_fields import name_fields
from pipeline.packet.plan import AttachmentPart, Bundle, DocumentPart, Part, Requirement, State
from pipeline.packet.template_set import OfficialRow
from pipeline.resources import read_data
from pipeline.visa.tb_screening import screening_for

#: The letter in packet.json of a paper that is required in addition to the official letters.
BEYOND_THE_LETTERS = "＋"


@dataclass(frozen=True, slots=True)
class PagePlan:
    """The first page (from 1) of each part of a bundle, and the number of pages of the bundle."""

    first_page: Mapping[str, int]
    pages: int


@dataclass(frozen=True, slots=True)
class CoverHeading:
    """What a cover sheet says of the whole packet: its title and its state.

    ``changed`` are the ids of the signed originals whose document has changed since it was signed, or may have.
    """

    title: Trilingual
    state: State
    changed: Collection[str] = ()


def document_context(case: Case, as_of: date, person: str = PATIENT) -> DocumentNames:
    """Return the names for every document except the cover sheet, which also needs ``packet``.

    ``person`` is the owner of the document: ``patient``, ``companion-1`` and so on.
    """
    applicant = case.travellers[person][1]
    mission = read_data("missions")["missions"][case.visa.mission]
    return {
        "case_id": case.case_id,
        "applicant": applicant,
        "certificate_of_eligibility": _certificate(case, applicant),
        "residence_status": _label("residence_status", "long" if case.longest_stay > SHORT_STAY_DAYS else "short"),
        "home": _home(applicant),
        "answers": _own_answers(applicant),
        "patient": case.patient,
        "companions": case.companions,
        "condition": case.condition,
        "treatment": case.treatment,
        "hospital": case.hospital,
        "guarantor": case.guarantor,
        "visa": case.visa,
        "tb_screening": case.tb_screening,
        "costs": case.costs,
        "athlete": case.athlete,
        "anti_doping": read_data("anti-doping"),
        "long_stay": read_data("long-stay"),
        "as_of": as_of,
        "mission": Trilingual(**mission["name"]),
        "addressee": Trilingual(**mission["addressee"]),
        "stays": [_stay(number, visit) for number, visit in enumerate(case.treatment.visits, start=1)],
        "days_of_stay": [_days(visit) for visit in case.treatment.visits],
        "longest_stay": case.longest_stay,
        "jpets": screening_for(case),
        **timeline_names(case, as_of),
    }


def cover_context(case: Case, as_of: date, heading: CoverHeading, bundle: Bundle, pages: PagePlan) -> CoverNames:
    """Return the names for a cover sheet: those of every document, and the papers of the bundle with their pages."""
    papers: ListOfPapers = {
        "title": heading.title,
        "state": _label("state", heading.state),
        "fellows": list(_fellows(case, bundle.person)),
        "required": [_required(asked, bundle, pages) for asked in bundle.requirements if _is_listed(asked)],
        "enclosed": [_enclosed(part, pages) for part in bundle.parts if _is_enclosed(part, bundle)],
        "originals": sum(_is_original(part) for part in bundle.parts),
        "changed": [_changed_title(part) for part in bundle.parts if part.id in heading.changed],
        "unfilled": [
            {"title": each.document.title, "fields": name_fields(each.fields)} for each in bundle.lacks_values
        ],
        "missing": [{"letter": row.letter, "title": row.title} for row in bundle.missing],
        "page_count": pages.pages,
    }
    return {**document_context(case, as_of, bundle.person), **filing_names(case, as_of), "packet": papers}


def _fellows(case: Case, person: str) -> Iterator[Fellow]:
    """Yield the people who travel with the owner of a bundle: the patient's companions, or a companion's patient."""
    if person == PATIENT:
        for companion in case.companions:
            yield {
                "role": _label("traveller", "companion"),
                "person": companion,
                "relationship": companion.relationship,
            }
    applicant = case.travellers[person][1]
    if isinstance(applicant, Companion):
        relationship = _to_patient(applicant.relationship)
        yield {"role": _label("traveller", "patient"), "person": case.patient, "relationship": relationship}


def _to_patient(relationship: Trilingual) -> Trilingual:
    """Return the relationship of a companion to the patient, for a sheet whose applicant is the companion."""
    return Trilingual(
        f"申請人は患者の{relationship.ja}",
        f"Applicant's relationship: {relationship.en}",
        f"申请人为患者的{relationship.zh}",
    )


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


def _own_answers(person: Traveller) -> Answers:
    """Return the applicant's own answers for the application form, each None if the case has none."""
    answers = person.application or Application()
    return Answers(**msgspec.structs.asdict(answers) | {"questions": answers.questions or Questions()})


def _stay(number: int, visit: Visit) -> Stay:
    return {
        "number": number,
        "entry_date": visit.entry_date,
        "exit_date": visit.exit_date,
        "days": visit.days,
        "hospitalised": visit.hospitalised,
        "physician": visit.physician,
        "purpose": visit.purpose,
        "procedures": visit.procedures,
        "lodging": visit.lodging,
        "arrival": visit.arrival,
        "port": None if visit.arrival is None else _airport(visit.arrival.port),
        "departure": visit.departure,
        "activities": visit.activities,
    }


def _days(visit: Visit) -> list[Day]:
    """Return each day of a stay with everything that the case plans for it, possibly nothing."""
    planned: dict[date, list[Trilingual]] = {
        visit.entry_date + timedelta(days=number): [] for number in range(visit.days)
    }
    planned[visit.entry_date].append(_journey("entry", visit.arrival))
    steps = [(step.date, _label("step", step.step)) for step in visit.procedures]
    for day, text in [*steps, *((activity.date, activity.text) for activity in visit.activities)]:
        planned[day].append(text)
    planned[visit.exit_date].append(_journey("exit", visit.departure))
    return [
        {
            "date": day,
            "weekday": Trilingual(*(format_date(day, "EEE", locale=language) for language in PAGE_LANGUAGES)),
            "activities": activities,
            "lodging": None if day == visit.exit_date else visit.lodging,
        }
        for day, activities in planned.items()
    ]


def _journey(way: str, flight: Flight | None) -> Trilingual:
    """Return entry or exit with the flight: the codes of both airports, or only the name of the one in Japan."""
    word = _label("journey", way)
    if flight is None:
        return word
    ends = (flight.abroad, flight.port) if way == "entry" else (flight.port, flight.abroad)
    port = _airport(flight.port)
    where = {key: f"{ends[0]}–{ends[1]}" if flight.abroad else getattr(port, key) for key in PAGE_LANGUAGES}
    return Trilingual(*(f"{getattr(word, key)} {flight.flight} {where[key]}" for key in PAGE_LANGUAGES))


def _airport(code: str) -> Trilingual:
    """Return the name of an airport in Japan, or its code if the labels have no name for it."""
    return _label("airport", code) if code in read_data("labels")["airport"] else Trilingual(code, code, code)


def _label(table: str, code: str) -> Trilingual:
    return Trilingual(**read_data("labels")[table][code])


def _is_listed(requirement: Requirement) -> bool:
    """Return True if the cover sheet lists the paper: every official letter, other papers only if they are needed."""
    return requirement.needed or requirement.row.letter != BEYOND_THE_LETTERS


def _required(requirement: Requirement, bundle: Bundle, pages: PagePlan) -> RequiredPaper:
    row = requirement.row
    papers = [_paper(part, pages) for part in bundle.parts if _answers(part, row)]
    return {
        "letter": row.letter,
        "title": row.title,
        "issuer": row.issuer,
        "needed": requirement.needed,
        "present": bool(papers),
        "pages": papers,
    }


def _paper(part: Part, pages: PagePlan) -> PageOfPaper:
    """Return the first page of a paper, and the dates of a supplied paper if the case has them."""
    supplied = part.attachment if isinstance(part, AttachmentPart) else None
    return {
        "page": pages.first_page[part.id],
        "original": _is_original(part),
        "unsigned": part.is_unsigned,
        "issued_on": supplied.issued_on if supplied else None,
        "valid_until": supplied.valid_until if supplied else None,
    }


def _answers(part: Part, row: OfficialRow) -> bool:
    document = part if isinstance(part, DocumentPart) else part.original_of
    if document is not None:
        return document.id == row.document
    return isinstance(part, AttachmentPart) and part.attachment.paper == row.role


def _changed_title(part: Part) -> Trilingual:
    """Return the title of a signed original, with a remark if nobody knows if its document has changed."""
    title = part.title
    if isinstance(part, AttachmentPart) and part.attachment.printed_hash is None:
        return Trilingual(f"{title.ja}（照合不可）", f"{title.en} (could not be compared)", f"{title.zh}（未能核对）")
    return title


def _is_original(part: Part) -> bool:
    """Return True for the signed original of a document."""
    return isinstance(part, AttachmentPart) and part.original_of is not None


def _is_enclosed(part: Part, bundle: Bundle) -> bool:
    is_cover = isinstance(part, DocumentPart) and part.is_cover
    return not is_cover and not any(_answers(part, requirement.row) for requirement in bundle.requirements)


def _enclosed(part: Part, pages: PagePlan) -> EnclosedPaper:
    return {
        "title": part.title,
        "issuer": part.issuer,
        "page": pages.first_page[part.id],
        "original": _is_original(part),
        "unsigned": part.is_unsigned,
    }
