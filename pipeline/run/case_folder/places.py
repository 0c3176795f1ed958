"""The places of papers in the folder of a case: one folder for each paper, in the order of the official list.

A file in such a folder is that paper: ``papers/01-passport/`` is the patient's passport,
``papers/companion-1/01-passport/`` a companion's, and ``papers/signed/invitation-letter/`` a signed original.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from pipeline.case.base import Trilingual
from pipeline.case.filing import BLANK_FORM, AttachmentRole
from pipeline.case.half_case import AbsentError
from pipeline.case.model import Case
from pipeline.case.people import PATIENT
from pipeline.packet.conditions import CONDITIONS, holds
from pipeline.packet.plan import concerns
from pipeline.packet.template_set import ConditionName, OfficialRow, PacketEntry, TemplateSet
from pipeline.system.atomic import make_folders

PAPERS = "papers"

#: Needed, not needed (or generated), possible but not asked for, or not known before the case says more.
Need = Literal["needed", "not_needed", "optional", "unknown"]


@dataclass(frozen=True, slots=True)
class PaperPlace:
    """The folder of a paper, relative to the case. ``document`` is that of a signed original, ``row`` in the list."""

    folder: PurePosixPath
    role: AttachmentRole
    person: str
    title: Trilingual
    issuer: Trilingual
    need: Need
    row: OfficialRow | None = None
    document: str | None = None


def places(case: Case, templates: TemplateSet) -> tuple[PaperPlace, ...]:
    """Return the places of all papers that ``case`` may have, the patient's first. It may be half a case."""
    return tuple(place for person in _people(case) for place in _places_of(person, case, templates))


def find_place(found: Iterable[PaperPlace], role: str, person: str, document: str | None = None) -> PaperPlace | None:
    """Return the place of a paper. The blank application form belongs to the place of the completed one."""
    paper = "visa_application" if role == BLANK_FORM else role
    wanted = (paper, person, document)
    return next((place for place in found if (place.role, place.person, place.document) == wanted), None)


def place_at(found: Iterable[PaperPlace], path: str) -> PaperPlace | None:
    """Return the place in which the file at ``path`` lies, which is relative to the folder of the case."""
    folders = PurePosixPath(path).parents
    return next((place for place in found if place.folder in folders), None)


def make_places(folder: Path, found: Iterable[PaperPlace]) -> None:
    """Create the folders of the papers that are or may be needed, in the folder of a case. Raises OSError."""
    for place in found:
        if place.need != "not_needed":
            make_folders(folder / place.folder)


def _people(case: Case) -> tuple[str, ...]:
    try:
        return tuple(case.travellers)
    except AbsentError:
        return (PATIENT,)


def _places_of(person: str, case: Case, templates: TemplateSet) -> Iterator[PaperPlace]:
    top = PurePosixPath(PAPERS) if person == PATIENT else PurePosixPath(PAPERS, person)
    supplied = [entry for entry in templates.packet.contents if entry.attachments is not None]
    for number, entry in enumerate(supplied, start=1):
        role, row = entry.attachments, templates.official(entry.attachments) if entry.attachments else None
        named: PacketEntry | OfficialRow = row or entry
        if role is None or role in templates.packet.not_filed or named.title is None or named.issuer is None:
            continue
        folder = top / f"{number:02}-{role.replace('_', '-')}"
        need = _need(row, case, person, templates)
        yield PaperPlace(folder, role, person, named.title, named.issuer, need, row)
    for entry in templates.packet.contents:
        if entry.document and entry.signed_by and entry.title and entry.issuer and concerns(entry.whom, person):
            folder = top / "signed" / entry.document
            need = _need_by(entry.when, case, person)
            if need == "needed" and entry.working_when and holds(entry.working_when, case, person):
                need = "optional"  # the document is not filed, so nobody waits for a seal on it
            yield PaperPlace(folder, "signed", person, entry.title, entry.issuer, need, document=entry.document)


def _need(row: OfficialRow | None, case: Case, person: str, templates: TemplateSet) -> Need:
    if row is None or not concerns(row.whom, person) or _is_generated(row, templates):
        return "not_needed"
    return _need_by(row.when, case, person)


def _need_by(condition: ConditionName, case: Case, person: str) -> Need:
    try:
        return "needed" if CONDITIONS[condition](case, person) else "not_needed"
    except AbsentError:
        return "unknown"


def _is_generated(row: OfficialRow, templates: TemplateSet) -> bool:
    return row.document is not None and any(entry.document == row.document for entry in templates.packet.contents)
