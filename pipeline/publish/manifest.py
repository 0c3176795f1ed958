"""manifest.json: the origin and the contents of a packet (schemas/manifest.schema.json).

Of the values of the case, it holds only the case id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import msgspec

from pipeline.bundle.manifest_rows import BundleRow
from pipeline.case.base import Frozen
from pipeline.case.filing import AttachmentRole
from pipeline.errors import Severity
from pipeline.language import Language
from pipeline.packet.packet_parts import State
from pipeline.packet.template_set import Letter, Signer
from pipeline.system.atomic import sha256


class TemplateSetUsed(Frozen, frozen=True):
    """The template set, with a hash over all of its files."""

    id: str
    sha256: str


class EngineUsed(Frozen, frozen=True):
    """The engine that converted Word documents to PDF."""

    name: str
    version: str


class OptionsUsed(Frozen, frozen=True):
    """The options that change the files of a packet."""

    right_hand_pages: bool
    max_bytes: int | None
    signature_fields: bool
    recipient_copy: bool
    no_documents: bool
    encrypted: bool
    letter_languages: tuple[Language, ...]
    read_scans: bool = False


class RulesUsed(Frozen, frozen=True):
    """The day of the rule catalogue, and a hash over the catalogue and the dated tables."""

    as_of: date
    sha256: str


class DirectoryFile(Frozen, frozen=True):
    """An entry of the directory to which the case refers."""

    kind: Literal["hospital", "guarantor"]
    id: str
    sha256: str


class SuppliedFile(Frozen, frozen=True):
    """A supplied paper. Hash and size are those of the user's file, ``form_mapping`` is the hash of its mapping."""

    role: AttachmentRole
    person: str
    sha256: str
    bytes: int
    pages: int
    form_mapping: str | None


class Inputs(Frozen, frozen=True):
    """The files from which the packet was built; ``case`` is the hash of the case file."""

    case: str
    directory: tuple[DirectoryFile, ...]
    attachments: tuple[SuppliedFile, ...]


class DocumentRow(Frozen, frozen=True):
    """A document that was built. ``signed`` is the hash of the signed scan that replaces it in the bundle.

    ``printed_sha256`` is the hash of the text that was signed, as the case says; ``text_sha256`` that of the text now.
    ``path`` is None if the document is no file of its own. ``edited`` is the hash of the Word file that took the
    place of the filled template.
    """

    document: str
    person: str
    path: str | None
    text_sha256: str
    signed_by: Signer | None
    signed: str | None
    printed_sha256: str | None
    edited: str | None


class MissingPaperRow(Frozen, frozen=True):
    """A paper of the official list that the bundle of ``person`` lacks."""

    letter: Letter
    role: AttachmentRole
    person: str


class OutputFile(Frozen, frozen=True):
    """A file of the packet."""

    path: str
    sha256: str
    bytes: int


class RecordedFinding(Frozen, frozen=True, omit_defaults=True):
    """A finding of the rules, in English. ``template`` is the file of the template set if ``pointer`` is None."""

    rule: str
    severity: Severity
    pointer: str | None
    message: str
    template: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Everything that decides the contents of a packet, except the supplied papers."""

    visa_packet: str
    case_id: str
    as_of: date
    template_set: TemplateSetUsed
    engine: EngineUsed
    options: OptionsUsed
    versions: dict[str, str]
    rules: RulesUsed
    case: str
    directory: tuple[DirectoryFile, ...]


class Manifest(Frozen, frozen=True):
    """The contents of manifest.json. ``sha256`` is the hash of all the other fields, as ``seal`` computes it."""

    manifest_version: Literal[1]
    visa_packet: str
    case_id: str
    as_of: date
    template_set: TemplateSetUsed
    engine: EngineUsed
    options: OptionsUsed
    inputs: Inputs
    state: State
    documents: tuple[DocumentRow, ...]
    missing: tuple[MissingPaperRow, ...]
    versions: dict[str, str]
    rules: RulesUsed
    outputs: tuple[OutputFile, ...]
    bundles: tuple[BundleRow, ...]
    apart: tuple[str, ...]
    findings: tuple[RecordedFinding, ...]
    sha256: str

    @property
    def pages_to_file(self) -> int:
        """The pages of all bundles, without the working file."""
        return sum(bundle.pages for bundle in self.bundles if bundle.kind == "bundle")

    @property
    def origin(self) -> Origin:
        """The origin of the packet."""
        return Origin(
            visa_packet=self.visa_packet,
            case_id=self.case_id,
            as_of=self.as_of,
            template_set=self.template_set,
            engine=self.engine,
            options=self.options,
            versions=self.versions,
            rules=self.rules,
            case=self.inputs.case,
            directory=self.inputs.directory,
        )


def read_manifest(content: bytes) -> Manifest:
    """Parse a manifest. Raises ValueError if it is not a manifest of this version."""
    try:
        return msgspec.json.decode(content, type=Manifest)
    except RecursionError as error:
        raise ValueError from error


def seal(manifest: Manifest) -> bytes:
    """Serialise a manifest with a hash over its other fields, so that ``verify`` finds damage to it."""
    fields: dict[str, Any] = msgspec.to_builtins(manifest)
    del fields["sha256"]
    return _serialise(fields | {"sha256": sha256(_serialise(fields))})


def _serialise(fields: dict[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(fields), indent=2) + b"\n"
