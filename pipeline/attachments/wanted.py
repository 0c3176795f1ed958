"""What a supplied paper must hold of its traveller, from the case and the template set."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.attachments.messages import Wanted
from pipeline.case.filing import SIGNED
from pipeline.case.model import Case
from pipeline.case.people import Traveller
from pipeline.packet.packet_parts import AttachmentPart
from pipeline.packet.template_set import Held, TemplateSet
from pipeline.visa.resident_id import is_resident_id

#: What each page that somebody signs bears.
_ON_SIGNED: tuple[Held, ...] = ("name", "passport_number")


def wanted_of(part: AttachmentPart, case: Case, templates: TemplateSet) -> Wanted | None:
    """Return what the paper of a part must hold; None if nothing is wanted of its role."""
    role = part.attachment.paper
    holds = _ON_SIGNED if role == SIGNED else templates.held_by(role)
    written_by_hand = role == SIGNED or part.attachment.signed  # the day: it is the day of signing
    if not holds and role != "photo":
        return None
    _, person = case.travellers[part.person]
    people = [traveller for _, traveller in case.travellers.values()]
    numbers = tuple(each.passport.number for each in people)
    return Wanted(
        holds=holds,
        chinese=person.name.chinese,
        surname=person.name.surname,
        given_names=person.name.given_names,
        passport_number=person.passport.number,
        birth_date=person.birth_date,
        expiry_date=person.passport.expiry_date,
        own={
            "passport_number": numbers,
            "resident_id": _resident_ids(person, people),
            "zone": (person.passport.number,) if role == "passport" else numbers,
        },
        is_passport=role == "passport",
        issued_on=part.attachment.issued_on if holds and not written_by_hand else None,
        photo_size_mm=part.print_size_mm if role == "photo" else None,
        photo=role == "photo",
        signed=role == SIGNED,
    )


def _resident_ids(person: Traveller, people: Iterable[Traveller]) -> tuple[str, ...]:
    """Return the numbers of all travellers; none if that of this one is not known, or not valid."""
    own = person.resident_id
    return tuple(each.resident_id for each in people if each.resident_id) if own and is_resident_id(own) else ()
