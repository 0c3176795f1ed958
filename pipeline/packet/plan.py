"""The plan of a packet: the documents and attachments of one case in order, and the missing papers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Literal

from pipeline.case.filing import SIGNED, Role
from pipeline.case.half_case import or_else
from pipeline.case.model import Case
from pipeline.case.people import PATIENT
from pipeline.packet.conditions import holds, is_decided
from pipeline.packet.document_fields import empty_fields
from pipeline.packet.packet_parts import (
    AttachmentPart,
    Bundle,
    DocumentPart,
    EditedPart,
    Packet,
    Part,
    Requirement,
    State,
    Unfilled,
    document_part_id,
)
from pipeline.packet.template_set import OfficialRow, PacketEntry, TemplateSet
from pipeline.resources import read_data


def plan_packet(case: Case, templates: TemplateSet) -> Packet:
    """Choose and order the parts of the packet of ``case``."""
    apart = [entry for entry in templates.packet.contents if entry.apart]
    return Packet(
        tuple(_bundle(person, case, templates) for person in case.travellers),
        tuple(
            part
            for person in case.travellers
            for entry in apart
            if _is_included(entry, case, person)
            for part in _documents(entry, case, person)
        ),
        _working_file(case, templates),
    )


def _bundle(person: str, case: Case, templates: TemplateSet) -> Bundle:
    chosen = _chosen(person, case, templates, is_filed=True)
    generated = {part.document for part in chosen.documents}
    listed = (row for row in templates.packet.official_list if concerns(row.whom, person))
    asked = [_requirement(row, case, person, generated) for row in listed if is_decided(row.when, case, person)]
    # The list is the patient's: of a companion's bundle it has only what they need.
    return replace(chosen, requirements=tuple(each for each in asked if each.needed or person == PATIENT))


def _working_file(case: Case, templates: TemplateSet) -> Bundle | None:
    """Return the working file of all travellers, or None if it would have nothing but a cover."""
    chosen = [_chosen(person, case, templates, is_filed=False) for person in case.travellers]
    parts = tuple(part for each in chosen for part in each.parts)
    if all(isinstance(part, DocumentPart) and part.is_cover for part in parts):
        return None
    unfilled = tuple(unfilled for each in chosen for unfilled in each.unfilled)
    return Bundle(PATIENT, parts, (), unfilled, is_filed=False)


def _chosen(person: str, case: Case, templates: TemplateSet, *, is_filed: bool) -> Bundle:
    """Return what concerns a person and is filed, or what is not."""
    included = [
        entry
        for entry in templates.packet.contents
        if not entry.apart and _is_filed(entry, case, person) == is_filed and _is_included(entry, case, person)
    ]
    unfilled = tuple(each for entry in included for each in _unfilled(entry, case, person))
    not_made = {each.document.document for each in unfilled if not each.is_made}
    included = [entry for entry in included if entry.document not in not_made]
    parts = tuple(part for entry in included for part in _parts(entry, case, templates, person))
    if not is_filed:
        parts = tuple(replace(part, is_filed=False) if isinstance(part, DocumentPart) else part for part in parts)
    return Bundle(person, parts, (), unfilled, is_filed)


def _is_filed(entry: PacketEntry, case: Case, person: str) -> bool:
    """Return False if the entry belongs to the working file."""
    return entry.working_when is None or not holds(entry.working_when, case, person)


def state_of(packet: Packet, *, draft: bool) -> State:
    """Return the state of a packet with this plan, if it has no errors. Nothing else decides it."""
    if draft:
        return "draft"
    if any(bundle.missing or bundle.lacks_values for bundle in packet.bundles):
        return "incomplete"
    return "to_be_signed" if any(bundle.unsigned for bundle in packet.bundles) else "ready_to_file"


def concerns(whom: Literal["patient", "companions", "everyone"], person: str) -> bool:
    """Return True if a row or an entry for ``whom`` is about ``person``."""
    return whom == "everyone" or (whom == "patient") == (person == PATIENT)


def _is_included(entry: PacketEntry, case: Case, person: str) -> bool:
    """True if the bundle of ``person`` has the entry. A paper belongs to the bundle of its person."""
    concerned = entry.attachments is not None or concerns(entry.whom, person)
    replaced = any(attachment.paper == entry.unless_attached for attachment in case.attachments)
    return concerned and holds(entry.when, case, person) and not replaced


def _parts(entry: PacketEntry, case: Case, templates: TemplateSet, person: str) -> Iterator[Part]:
    if entry.attachments is not None:
        yield from _attachments(entry, entry.attachments, case, templates, person)
    else:
        yield from (_original(document, case) or document for document in _documents(entry, case, person))


def _unfilled(entry: PacketEntry, case: Case, person: str) -> Iterator[Unfilled]:
    """Yield the document of an entry if it has empty fields. In a signed original, they were filled in by hand."""
    empty = empty_fields(entry.fields, case)
    for document in _documents(entry, case, person):
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


def _documents(entry: PacketEntry, case: Case, person: str) -> Iterator[DocumentPart]:
    """The document of an entry, if the entry is a document."""
    if entry.document and entry.template and entry.title and entry.issuer:
        names = (person, entry.title, entry.issuer)
        edited = None if entry.is_cover else _edited(entry.document, case, person)
        part = DocumentPart(
            document_part_id(entry.document, person),
            entry.document,
            entry.template,
            *names,
            entry.is_cover,
            entry.signed_by,
        )
        yield replace(part, edited=edited)


def _edited(document: str, case: Case, person: str) -> EditedPart | None:
    """Return the first entry of a document that was changed by hand."""
    for index, entry in enumerate(case.edited_documents):
        if (entry.document, entry.person) == (document, person):
            return EditedPart(index, entry)
    return None


def _attachments(
    entry: PacketEntry, role: Role, case: Case, templates: TemplateSet, person: str
) -> Iterator[AttachmentPart]:
    titled: PacketEntry | OfficialRow = templates.official(role) or entry
    size_mm = entry.print_size_mm
    if role == "photo" and size_mm is None:
        size_mm = or_else(lambda: photo_size(case.visa.mission), None)
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
    needed = holds(row.when, case, person)
    supplied = any(attachment.paper == row.role and attachment.person == person for attachment in case.attachments)
    return Requirement(row, needed, needed and not supplied and row.document not in generated)


#: Printed on every page of a draft, which is recognised by it.
DRAFT_MARK = "案 / DRAFT"
#: Printed after the mark.
DRAFT_WARNING = "　提出不可　not for filing　不得递交"
