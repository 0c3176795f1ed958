"""The plan of a packet: the documents and attachments of one case in order, and the missing papers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.case.base import Trilingual
from pipeline.case.filing import SIGNED, Attachment, Role
from pipeline.case.model import SHORT_STAY_DAYS, Case
from pipeline.case.people import PATIENT
from pipeline.packet.document_fields import empty_fields
from pipeline.packet.template_set import Field, OfficialRow, PacketEntry, Signer, TemplateSet
from pipeline.resources import read_data
from pipeline.visa.missions import is_in_provinces


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """A document to fill from ``template`` for ``person``; ``document`` is its id in packet.json."""

    id: str
    document: str
    template: str
    person: str
    title: Trilingual
    issuer: Trilingual
    is_cover: bool
    signed_by: Signer | None

    @property
    def is_unsigned(self) -> bool:
        """True if somebody must sign the document: a bundle has it only until its signed original replaces it."""
        return self.signed_by is not None


@dataclass(frozen=True, slots=True)
class AttachmentPart:
    """A paper that the user supplies. ``index`` is its position in the attachments of the case.

    ``original_of`` is the document that it replaces, if it is a signed original. The papers of its role and person
    usually have ``least_pages`` together.
    """

    id: str
    index: int
    attachment: Attachment
    person: str
    title: Trilingual
    issuer: Trilingual
    print_size_mm: tuple[float, float] | None
    original_of: DocumentPart | None = None
    least_pages: int = 1

    @property
    def is_unsigned(self) -> bool:
        """True for a form that this program fills, unless the case says that it was signed."""
        return self.attachment.is_filled_in and not self.attachment.signed


Part = DocumentPart | AttachmentPart


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of the official list for one person: the paper is needed or not, and missing or not."""

    row: OfficialRow
    needed: bool
    missing: bool


@dataclass(frozen=True, slots=True)
class Unfilled:
    """A document with empty fields, which no signed original replaces. It is made unless all its fields are empty."""

    document: DocumentPart
    fields: tuple[Field, ...]
    is_made: bool


@dataclass(frozen=True, slots=True)
class Bundle:
    """The parts that one traveller files, in order. ``person`` is their name in the case: patient, companion-1."""

    person: str
    parts: tuple[Part, ...]
    requirements: tuple[Requirement, ...]
    unfilled: tuple[Unfilled, ...] = ()

    @property
    def missing(self) -> tuple[OfficialRow, ...]:
        """The rows whose paper is needed but missing."""
        return tuple(requirement.row for requirement in self.requirements if requirement.missing)

    @property
    def lacks_values(self) -> tuple[Unfilled, ...]:
        """The documents of the bundle with empty fields."""
        return tuple(each for each in self.unfilled if each.is_made)

    @property
    def unsigned(self) -> tuple[Part, ...]:
        """The parts that somebody must still sign."""
        return tuple(part for part in self.parts if part.is_unsigned)

    @property
    def documents(self) -> tuple[DocumentPart, ...]:
        """The documents of its parts, including those that a signed original replaces."""
        found = (part.original_of if isinstance(part, AttachmentPart) else part for part in self.parts)
        return tuple(document for document in found if document is not None)


@dataclass(frozen=True, slots=True)
class Packet:
    """A template set applied to a case: the bundles of patient and companions, and the documents outside of them."""

    bundles: tuple[Bundle, ...]
    apart: tuple[DocumentPart, ...]

    @property
    def documents(self) -> tuple[DocumentPart, ...]:
        """Every document to fill, including those that a signed original replaces; those outside the bundles last."""
        return (*(document for bundle in self.bundles for document in bundle.documents), *self.apart)

    @property
    def attachments(self) -> tuple[AttachmentPart, ...]:
        """Every supplied paper, in the order of the bundles."""
        return tuple(part for bundle in self.bundles for part in bundle.parts if isinstance(part, AttachmentPart))


def _registered_elsewhere(case: Case, person: str) -> bool:
    household = case.travellers[person][1].household_province
    return household is not None and not is_in_provinces(case.visa.mission, household)


#: A packet is a draft (to look at), incomplete (papers or values are missing), to be signed, or ready to file. The
#: words for people are in the table "state" of pipeline/visa/data/labels.json.
State = Literal["draft", "incomplete", "to_be_signed", "ready_to_file"]

#: The conditions that packet.json may name, for a case and the person whose bundle it is.
CONDITIONS: dict[str, Callable[[Case, str], bool]] = {
    "always": lambda _case, _person: True,
    "multiple_entry": lambda case, _person: case.visa.entries == "multiple",
    "single_entry": lambda case, _person: case.visa.entries == "single",
    "companions": lambda case, _person: bool(case.companions),
    "stay_over_90_days": lambda case, _person: case.longest_stay > SHORT_STAY_DAYS,
    "registered_elsewhere": _registered_elsewhere,
    "costs": lambda case, _person: case.costs is not None,
    "athlete": lambda case, _person: case.athlete,
}


def plan_packet(case: Case, templates: TemplateSet) -> Packet:
    """Choose and order the parts of the packet of ``case``."""
    apart = (entry for entry in templates.packet.contents if entry.apart and _is_included(entry, case, PATIENT))
    return Packet(
        tuple(_bundle(person, case, templates) for person in case.travellers),
        tuple(part for entry in apart for part in _documents(entry, PATIENT)),
    )


def _bundle(person: str, case: Case, templates: TemplateSet) -> Bundle:
    included = [entry for entry in templates.packet.contents if not entry.apart and _is_included(entry, case, person)]
    unfilled = tuple(each for entry in included for each in _unfilled(entry, case, person))
    not_made = {each.document.document for each in unfilled if not each.is_made}
    included = [entry for entry in included if entry.document not in not_made]
    parts = tuple(part for entry in included for part in _parts(entry, case, templates, person))
    generated: Collection[str | None] = {entry.document for entry in included if entry.document}
    listed = (row for row in templates.packet.official_list if _concerns(row.whom, person))
    asked = [_requirement(row, case, person, generated) for row in listed]
    # The list is the patient's: of a companion's bundle it has only what they need.
    return Bundle(person, parts, tuple(each for each in asked if each.needed or person == PATIENT), unfilled)


def state_of(packet: Packet, *, draft: bool) -> State:
    """Return the state of a packet with this plan, if it has no errors. Nothing else decides it."""
    if draft:
        return "draft"
    if any(bundle.missing or bundle.lacks_values for bundle in packet.bundles):
        return "incomplete"
    return "to_be_signed" if any(bundle.unsigned for bundle in packet.bundles) else "ready_to_file"


def _concerns(whom: Literal["patient", "everyone"], person: str) -> bool:
    return whom == "everyone" or person == PATIENT


def _is_included(entry: PacketEntry, case: Case, person: str) -> bool:
    """True if the bundle of ``person`` has the entry. A paper belongs to the bundle of its person."""
    concerned = entry.attachments is not None or _concerns(entry.whom, person)
    replaced = any(attachment.paper == entry.unless_attached for attachment in case.attachments)
    return concerned and CONDITIONS[entry.when](case, person) and not replaced


def _parts(entry: PacketEntry, case: Case, templates: TemplateSet, person: str) -> Iterator[Part]:
    if entry.attachments is not None:
        yield from _attachments(entry, entry.attachments, case, templates, person)
    else:
        yield from (_original(document, case) or document for document in _documents(entry, person))


def _unfilled(entry: PacketEntry, case: Case, person: str) -> Iterator[Unfilled]:
    """Yield the document of an entry if it has empty fields. In a signed original, they were filled in by hand."""
    empty = empty_fields(entry.fields, case)
    for document in _documents(entry, person):
        if empty and _original(document, case) is None:
            yield Unfilled(document, empty, is_made=len(empty) < len(entry.fields))


def _original(document: DocumentPart, case: Case) -> AttachmentPart | None:
    """The signed original of a document, if the case has it. Cover sheets have none: each build draws them again."""
    wanted = (SIGNED, document.document, document.person)
    for index, attachment in enumerate(case.attachments):
        if (attachment.role, attachment.document, attachment.person) == wanted and not document.is_cover:
            names = (document.person, document.title, document.issuer)
            return AttachmentPart(f"signed-{document.id}", index, attachment, *names, None, document)
    return None


def _documents(entry: PacketEntry, person: str) -> Iterator[DocumentPart]:
    """The document of an entry, if the entry is a document."""
    if entry.document and entry.template and entry.title and entry.issuer:
        part_id = entry.document if person == PATIENT else f"{person}-{entry.document}"
        names = (person, entry.title, entry.issuer)
        yield DocumentPart(part_id, entry.document, entry.template, *names, entry.is_cover, entry.signed_by)


def _attachments(
    entry: PacketEntry, role: Role, case: Case, templates: TemplateSet, person: str
) -> Iterator[AttachmentPart]:
    titled: PacketEntry | OfficialRow = templates.official(role) or entry
    size_mm = entry.print_size_mm or (photo_size(case.visa.mission) if role == "photo" else None)
    for index, attachment in enumerate(case.attachments):
        if attachment.paper == role and attachment.person == person and titled.title and titled.issuer:
            part_id = f"attachment-{index + 1}-{role.replace('_', '-')}"
            names = (person, titled.title, titled.issuer)
            yield AttachmentPart(part_id, index, attachment, *names, size_mm, least_pages=entry.least_pages)


def photo_size(mission: str) -> tuple[float, float]:
    """Return the width and height in millimetres of the photos that a mission wants."""
    width, height = read_data("photo")["missions"][mission]["size_mm"]
    return width, height


def _requirement(row: OfficialRow, case: Case, person: str, generated: Collection[str | None]) -> Requirement:
    """``generated`` are the ids of the documents of the bundle; one of them may meet the requirement."""
    needed = CONDITIONS[row.when](case, person)
    supplied = any(attachment.paper == row.role and attachment.person == person for attachment in case.attachments)
    return Requirement(row, needed, needed and not supplied and row.document not in generated)


#: Printed on every page of a draft, which is recognised by it.
DRAFT_MARK = "案 / DRAFT"
#: Printed after the mark.
DRAFT_WARNING = "　提出不可　not for filing　不得递交"
