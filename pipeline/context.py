"""The names that a Word template may read, made from a case. docs/templates.md lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.case import Case, Trilingual, Visit
from pipeline.jpets import screening_for
from pipeline.plan import AttachmentPart, DocumentPart, Packet, Requirement, passport_name
from pipeline.resources import read_data
from pipeline.template_set import TemplateSet


@dataclass(frozen=True, slots=True)
class PagePlan:
    """First page (from 1) of each part in the bundle, and the number of all pages."""

    first_page: Mapping[str, int]
    pages: int


def document_context(case: Case, as_of: date) -> dict[str, Any]:
    """Names for every document except the cover sheet, which also needs ``packet``."""
    return {
        "case_id": case.case_id,
        "patient": case.patient,
        "companions": case.companions,
        "condition": case.condition,
        "treatment": case.treatment,
        "hospital": case.hospital,
        "guarantor": case.guarantor,
        "visa": case.visa,
        "tb_screening": case.tb_screening,
        "as_of": as_of,
        "mission": read_data("missions")["missions"][case.visa.mission]["name"],
        "addressee": read_data("missions")["missions"][case.visa.mission]["addressee"],
        "stays": [_stay(number, visit) for number, visit in enumerate(case.treatment.visits, start=1)],
        "longest_stay": case.longest_stay,
        "jpets": screening_for(case),
    }


def cover_context(case: Case, as_of: date, templates: TemplateSet, packet: Packet, pages: PagePlan) -> dict[str, Any]:
    """Names for the cover sheet: those of every document, and the list of papers with their pages."""
    rows = [_required(requirement, case, packet, pages) for requirement in packet.requirements]
    return document_context(case, as_of) | {
        "packet": {
            "title": templates.packet.title,
            "required": rows,
            "enclosed": [_enclosed(part, pages) for part in packet.parts if _is_enclosed(part, templates)],
            "missing": [
                {
                    "letter": requirement.row.letter,
                    "title": requirement.row.title,
                    "person": passport_name(case.travellers[person][1]),
                }
                for requirement in packet.requirements
                for person in requirement.missing_for
            ],
            "page_count": pages.pages,
        }
    }


def _stay(number: int, visit: Visit) -> dict[str, Any]:
    return {
        "number": number,
        "entry_date": visit.entry_date,
        "exit_date": visit.exit_date,
        "days": visit.days,
        "hospitalised": visit.hospitalised,
        "physician": visit.physician,
        "purpose": visit.purpose,
        "procedures": visit.procedures,
    }


def _required(requirement: Requirement, case: Case, packet: Packet, pages: PagePlan) -> dict[str, Any]:
    row = requirement.row
    supplied = [
        {"label": _label(part, case, requirement), "page": pages.first_page[part.id]}
        for part in packet.parts
        if isinstance(part, AttachmentPart) and part.attachment.role == row.role
    ]
    return {
        "letter": row.letter,
        "title": row.title,
        "issuer": row.issuer,
        "needed": requirement.needed,
        "present": bool(supplied) and not requirement.missing_for,
        "pages": supplied,
        "note": None,
    }


def _label(part: AttachmentPart, case: Case, requirement: Requirement) -> str:
    """Whose paper it is, where the list asks for one of each traveller."""
    for_several = requirement.row.whom == "everyone" and len(case.travellers) > 1
    return passport_name(case.travellers[part.person][1]) if for_several else ""


def _is_enclosed(part: DocumentPart | AttachmentPart, templates: TemplateSet) -> bool:
    if isinstance(part, DocumentPart):
        return not part.is_cover
    return templates.official(part.attachment.role) is None


def _enclosed(part: DocumentPart | AttachmentPart, pages: PagePlan) -> dict[str, Any]:
    title: Trilingual = part.title
    return {"title": title, "issuer": part.issuer, "page": pages.first_page[part.id]}
