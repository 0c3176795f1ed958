"""Template sets as values: packet.json, which defines the parts of a packet, and the Word templates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from pipeline.case.base import PAGE_LANGUAGES, Trilingual
from pipeline.case.filing import Role
from pipeline.language import Language

PACKET_FILE = "packet.json"

ConditionName = Literal[
    "always",
    "multiple_entry",
    "single_entry",
    "companions",
    "stay_over_90_days",
    "registered_elsewhere",
    "costs",
    "athlete",
    "no_tb_screening",
]

#: The signer of a document after printing, by signature or seal.
Signer = Literal["hospital", "guarantor"]

#: Content that a document must show; it is searched for on the finished page.
Shown = Literal[
    "name",
    "passport_number",
    "birth_date",
    "stays",
    "companions",
    "addressee",
    "seal",
    "guarantee",
    "days",
    "both_seals",
    "entry_and_exit",
    "everyone",
    "both_parts",
    "both_names",
    "guarantor_and_hospital",
]


#: What the text of a supplied paper may have to hold of its traveller.
Held = Literal["name", "passport_number", "birth_date"]

#: A field of a document for which the case may have no value.
Field = Literal["days", "lodging", "plan_title", "plan_number", "risk_class", "committee", "cell_processing"]

#: Letter of a row in the official list; ＋ is for what the list does not number.
Letter = Literal["ア", "イ", "ウ", "エ", "オ", "カ", "キ", "ク", "＋"]


class OfficialRow(msgspec.Struct, frozen=True, rename={"whom": "for"}):
    """One paper of the official list. Several rows may have the same letter."""

    letter: Letter
    role: Role
    title: Trilingual
    issuer: Trilingual
    when: ConditionName
    whom: Literal["patient", "everyone"]
    source: str
    as_of: str
    document: str | None = None


class PacketEntry(msgspec.Struct, frozen=True, rename={"whom": "for"}):
    """One entry of packet.json: a document with its template, or the attachments of a role.

    ``section`` is the section of the outline that contains the entry. ``whom`` is the patient, the companions, or
    everyone: the bundles that have the entry. Under the condition ``working_when``, it is in the working file in place
    of the bundle. A document that is ``apart`` is in neither. ``signed_by`` is who signs or seals the document after
    printing. A document whose ``fields`` are all empty is not made. ``holds`` is what the text of a
    paper must hold of its traveller, ``least_pages`` how many pages the papers of a role and a person usually have
    together.
    """

    document: str | None = None
    template: str | None = None
    title: Trilingual | None = None
    issuer: Trilingual | None = None
    when: ConditionName = "always"
    whom: Literal["patient", "companions", "everyone"] = "patient"
    apart: bool = False
    working_when: ConditionName | None = None
    unless_attached: Role | None = None
    is_cover: bool = False
    signed_by: Signer | None = None
    shows: tuple[Shown, ...] = ()
    fields: tuple[Field, ...] = ()
    attachments: Role | None = None
    holds: tuple[Held, ...] = ()
    least_pages: int = 1
    print_size_mm: tuple[float, float] | None = None
    section: str | None = None


class Section(msgspec.Struct, frozen=True):
    """A section of the outline of a bundle."""

    id: str
    title: Trilingual


class PacketFile(msgspec.Struct, frozen=True):
    """Contents of packet.json. ``languages`` are those of the letters."""

    id: str
    title: Trilingual
    official_list: tuple[OfficialRow, ...]
    contents: tuple[PacketEntry, ...]
    sections: tuple[Section, ...] = ()
    typed_in: tuple[str, ...] = ()
    not_filed: tuple[Role, ...] = ()
    languages: tuple[Language, ...] = PAGE_LANGUAGES


@dataclass(frozen=True)
class TemplateSet:
    """A template set, read once: later changes of its files do not affect a run."""

    folder: Path
    packet: PacketFile
    #: Contents of each Word template by file name.
    templates: dict[str, bytes]
    sha256: str

    def official(self, role: Role) -> OfficialRow | None:
        """Return the row of the official list for a role, or None."""
        return next((row for row in self.packet.official_list if row.role == role), None)

    def held_by(self, role: str) -> tuple[Held, ...]:
        """Return what the text of a paper of a role must hold of its traveller."""
        return next((entry.holds for entry in self.packet.contents if entry.attachments == role), ())

    def section(self, *, template: str | None = None, role: str | None = None) -> Section | None:
        """Return the section of the outline for the documents of a template, or for the attachments of a role."""
        names = (
            entry.section
            for entry in self.packet.contents
            if (template and entry.template == template) or (role and entry.attachments == role)
        )
        name = next(names, None)
        return next((section for section in self.packet.sections if section.id == name), None)

    def shows(self, template: str) -> tuple[Shown, ...]:
        """Return the content that the documents of a template must show."""
        return next((entry.shows for entry in self.packet.contents if entry.template == template), ())
