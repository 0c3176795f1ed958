"""Signed originals: scans that replace a document, and a check if the document has changed since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches

from pipeline.case.filing import SIGNED, Attachment
from pipeline.documents.edited import current_text, text_sha256
from pipeline.errors import Problem
from pipeline.formats.json.reader import JsonFile
from pipeline.formats.messages import worded_problem, words
from pipeline.packet.packet_parts import AttachmentPart, DocumentPart, Packet
from pipeline.packet.paper_rules import ACCEPTED_RULE, CHANGED_RULE, UNCOMPARED_RULE
from pipeline.packet.planned_case import PlannedCase
from pipeline.visa.rules.checks import make_finding
from pipeline.visa.rules.registry import Hit


@dataclass(frozen=True, slots=True)
class ChangeCheck:
    """The day for which documents are filled again, and whether the user accepts that they have changed."""

    as_of: date
    accepted: bool = False


def signed_findings(planned: PlannedCase, check: ChangeCheck) -> list[Problem]:
    """Return the problems of signed originals: invalid entries, and documents that have changed since.

    Raises TemplateError if a document cannot be filled.
    """
    packet, json_file = planned.packet, planned.loaded.json_file
    used = {part.index for part in packet.attachments if part.original_of}
    misplaced = [
        problem
        for index, attachment in enumerate(planned.loaded.case.attachments)
        if index not in used
        for problem in _misplaced(attachment, f"/attachments/{index}", packet, json_file)
    ]
    found = [
        problem
        for part in packet.attachments
        if part.original_of is not None
        for problem in _differences(part, planned, check)
    ]
    return misplaced + found


def _differences(part: AttachmentPart, planned: PlannedCase, check: ChangeCheck) -> Iterator[Problem]:
    """Yield a problem if a signed original differs from its document, or if that is unknown."""
    has_hash = part.attachment.printed_hash is not None
    hit = Hit(f"/attachments/{part.index}/{'printed_hash' if has_hash else 'document'}", [part.title])
    if not has_hash:
        problem = make_finding(UNCOMPARED_RULE, hit, planned.loaded.json_file)
        yield replace(problem, severity="warning") if check.accepted else problem
    elif has_changed(part, planned, check.as_of):
        yield make_finding(ACCEPTED_RULE if check.accepted else CHANGED_RULE, hit, planned.loaded.json_file)


def has_changed(part: AttachmentPart, planned: PlannedCase, as_of: date) -> bool | None:
    """Return True if the document of a signed original would now have another text; None if that is unknown."""
    document, printed = part.original_of, part.attachment.printed_hash
    if document is None or printed is None:
        return None
    return text_sha256(current_text(planned, document, as_of)) != printed


def _misplaced(attachment: Attachment, pointer: str, packet: Packet, json_file: JsonFile) -> Iterator[Problem]:
    """Yield the problems of an attachment that should replace a document and does not, or the reverse."""
    if attachment.role != SIGNED:
        for field in ("document", "printed_hash"):
            if getattr(attachment, field) is not None:
                yield json_file.locate(worded_problem("signed-role", room="documents"), f"{pointer}/{field}")
        return
    known = [part.document for part in _documents_of(attachment.person, packet)]
    if attachment.document in known:
        problem = worded_problem("signed-twice", room="documents")
    else:
        near = get_close_matches(attachment.document or "", known, n=1)
        hint = words("hints", "near", room="documents", name=near[0]) if near else None
        none = words("hints", "none", room="documents")
        problem = worded_problem("signed-unknown", hint, room="documents", documents=", ".join(known) or none)
    yield json_file.locate(problem, f"{pointer}/document")


def _documents_of(person: str, packet: Packet) -> Iterator[DocumentPart]:
    for bundle in packet.files:
        yield from (each for each in bundle.documents if each.person == person and not each.is_cover)
