"""What a packet consists of: the documents and attachments of one case in order, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from pipeline.case import SHORT_STAY_DAYS, Attachment, Case, Role, Traveller, Trilingual
from pipeline.errors import Problem
from pipeline.jsonfile import JsonFile
from pipeline.resources import read_data
from pipeline.rules import finding
from pipeline.rules.catalogue import catalogue
from pipeline.rules.registry import Hit
from pipeline.template_set import Entry, OfficialRow, TemplateSet


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """A document to fill from ``template``."""

    id: str
    template: str
    title: Trilingual
    issuer: Trilingual
    is_cover: bool


@dataclass(frozen=True, slots=True)
class AttachmentPart:
    """A paper that the user supplies; ``index`` is its place in the case's list of attachments."""

    id: str
    index: int
    attachment: Attachment
    person: str
    title: Trilingual
    issuer: Trilingual
    print_size_mm: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of the official list for this case: whether the paper is needed, and for whom it is missing."""

    row: OfficialRow
    needed: bool
    #: words of the case for the persons whose paper is not there: "patient", "companion-1"
    missing_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Packet:
    """A template set applied to a case."""

    parts: tuple[DocumentPart | AttachmentPart, ...]
    requirements: tuple[Requirement, ...]


def _registered_elsewhere(case: Case) -> bool:
    provinces = read_data("missions")["missions"][case.visa.mission]["provinces"]
    household = case.patient.household_province
    return household is not None and provinces is not None and household not in provinces


#: The rule that finds a missing paper: of the patient, of a companion, and of roles with a rule of their own.
PATIENT_RULE, COMPANION_RULE = "DOC-01", "DOC-02"
PAPER_RULES: dict[Role, str] = {"residence_permit": "DOC-04"}

#: The conditions that packet.json may name.
CONDITIONS: dict[str, Callable[[Case], bool]] = {
    "always": lambda _case: True,
    "multiple_entry": lambda case: case.visa.entries == "multiple",
    "single_entry": lambda case: case.visa.entries == "single",
    "companions": lambda case: bool(case.companions),
    "stay_over_90_days": lambda case: case.longest_stay > SHORT_STAY_DAYS,
    "registered_elsewhere": _registered_elsewhere,
}


def plan_packet(case: Case, templates: TemplateSet) -> Packet:
    """Choose and order the parts of the packet of ``case``."""
    parts = tuple(part for entry in templates.packet.contents for part in _parts(entry, case, templates))
    made: Collection[str | None] = {part.id for part in parts if isinstance(part, DocumentPart)}
    return Packet(parts, tuple(_requirement(row, case, made) for row in templates.packet.official_list))


def passport_name(person: Traveller) -> str:
    """Name in passport letters, surname first."""
    return f"{person.name.surname} {person.name.given_names}"


def missing_papers(packet: Packet, document: JsonFile) -> list[Problem]:
    """A finding of the rules on papers for each paper of the official list that the packet lacks."""
    return [
        _missing(requirement.row, person, document)
        for requirement in packet.requirements
        for person in requirement.missing_for
    ]


def _missing(row: OfficialRow, person: str, document: JsonFile) -> Problem:
    if person != "patient":
        return finding(catalogue()[COMPANION_RULE], Hit("/attachments", [_named(row, person)]), document)
    entry = catalogue()[PAPER_RULES.get(row.role, PATIENT_RULE)]
    return finding(entry, Hit("/attachments", [_named(row)]), document)


def _named(row: OfficialRow, companion: str | None = None) -> Trilingual:
    """A paper by letter, title and role, and whose it is."""
    return Trilingual(
        ja=f"{row.letter} {row.title.ja}（{row.role}{f'、{companion}' if companion else ''}）",
        en=f"{row.letter} {row.title.en} (role {row.role}){f' of {companion}' if companion else ''}",
        zh=f"{row.letter} {row.title.zh}（{row.role}{f'，{companion}' if companion else ''}）",
    )


def _parts(entry: Entry, case: Case, templates: TemplateSet) -> Iterator[DocumentPart | AttachmentPart]:
    if not CONDITIONS[entry.when](case) or _is_attached(entry.unless_attached, case):
        return
    if entry.attachments is not None:
        yield from _attachments(entry, entry.attachments, case, templates)
    elif entry.document and entry.template and entry.title and entry.issuer:
        yield DocumentPart(entry.document, entry.template, entry.title, entry.issuer, entry.is_cover)


def _is_attached(role: Role | None, case: Case) -> bool:
    return any(attachment.role == role for attachment in case.attachments)


def _attachments(entry: Entry, role: Role, case: Case, templates: TemplateSet) -> Iterator[AttachmentPart]:
    named: Entry | OfficialRow = templates.official(role) or entry
    for person in case.travellers:
        for index, attachment in enumerate(case.attachments):
            if attachment.role == role and attachment.person == person and named.title and named.issuer:
                part_id = f"attachment-{index + 1}-{role.replace('_', '-')}"
                yield AttachmentPart(part_id, index, attachment, person, named.title, named.issuer, entry.print_size_mm)


def _requirement(row: OfficialRow, case: Case, made: Collection[str | None]) -> Requirement:
    """``made`` are the documents of the packet: one that answers the row answers it for everyone."""
    needed = CONDITIONS[row.when](case)
    people = case.travellers if row.whom == "everyone" else ("patient",)
    supplied = {attachment.person for attachment in case.attachments if attachment.role == row.role}
    lacking = tuple(person for person in people if person not in supplied)
    missing = () if not needed or row.document in made else lacking
    return Requirement(row, needed, missing)
