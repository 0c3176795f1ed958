"""The parts of a packet: documents and supplied papers, the bundles that they are in, and the state of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.case.base import Trilingual
from pipeline.case.filing import Attachment, EditedDocument
from pipeline.case.people import PATIENT
from pipeline.packet.file_names import BUNDLE_NAME, WORKING_FILE_NAME
from pipeline.packet.template_set import Field, OfficialRow, Signer


def document_part_id(document: str, person: str) -> str:
    """Return the id of the part that is this document for this person."""
    return document if person == PATIENT else f"{person}-{document}"


@dataclass(frozen=True, slots=True)
class EditedPart:
    """The entry of a document that was changed by hand, and its position in the edited documents of the case."""

    index: int
    entry: EditedDocument


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """A document to fill from ``template`` for ``person``; ``document`` is its id in packet.json.

    It is filed in a bundle, or only in the working file. If it was ``edited`` by hand, that file takes its place.
    """

    id: str
    document: str
    template: str
    person: str
    title: Trilingual
    issuer: Trilingual
    is_cover: bool
    signed_by: Signer | None
    is_filed: bool = True
    edited: EditedPart | None = None

    @property
    def is_unsigned(self) -> bool:
        """True if somebody must sign the document before it is filed: its signed original will replace it."""
        return self.signed_by is not None and self.is_filed


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
    """The parts of one PDF in order: what ``person`` (patient, companion-1) files, or the working file of all."""

    person: str
    parts: tuple[Part, ...]
    requirements: tuple[Requirement, ...]
    unfilled: tuple[Unfilled, ...] = ()
    is_filed: bool = True

    @property
    def name(self) -> str:
        """Name of the file."""
        if not self.is_filed:
            return WORKING_FILE_NAME
        return BUNDLE_NAME if self.person == PATIENT else f"bundle-{self.person}.pdf"

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
    """A template set applied to a case: the bundles that patient and companions file, and what is outside of them.

    The ``working`` file is for the office. The documents ``apart`` are in neither.
    """

    bundles: tuple[Bundle, ...]
    apart: tuple[DocumentPart, ...]
    working: Bundle | None = None

    @property
    def files(self) -> tuple[Bundle, ...]:
        """The bundles, and the working file."""
        return (*self.bundles, *filter(None, [self.working]))

    @property
    def documents(self) -> tuple[DocumentPart, ...]:
        """Every document to fill, including those that a signed original replaces; those outside the bundles last."""
        return (*(document for file in self.files for document in file.documents), *self.apart)

    @property
    def attachments(self) -> tuple[AttachmentPart, ...]:
        """Every supplied paper, in the order of the bundles and of the working file."""
        return tuple(part for file in self.files for part in file.parts if isinstance(part, AttachmentPart))


#: A packet is a draft (to look at), incomplete (papers or values are missing), to be signed, or ready to file. The
#: words for people are in the table "state" of pipeline/visa/data/labels.json.
State = Literal["draft", "incomplete", "to_be_signed", "ready_to_file"]
