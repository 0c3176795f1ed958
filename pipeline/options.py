"""Options of a build. Each stage receives its own part of them, and can read no other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipeline.language import Language


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """Options of reading, planning and checking a case.

    ``as_of`` is the day for which the rules are checked: a fixed day makes a run repeatable. ``templates`` is the name
    of a shipped template set or the folder of another; a set with another hash than ``templates_sha256`` is rejected.
    ``directory`` is the folder of hospitals and guarantors, by default the folder ``directory`` near the case.
    With ``strict``, warnings block the build. A ``draft`` has a mark on every page that is generated.
    Supporting documents of the official list may be missing from a draft, or with ``allow_missing``; a draft may also
    lack the hospital's reason for several visits. In a draft, or with ``allow_changed``, a signed original may replace
    a document that has changed since it was signed.
    ``letter_languages`` are those of the letters in place of those of the template set.
    """

    as_of: date
    templates: str = "medical-stay"
    directory: Path | None = None
    strict: bool = False
    draft: bool = False
    allow_missing: bool = False
    templates_sha256: str | None = None
    allow_changed: bool = False
    read_scans: bool = False
    letter_languages: tuple[Language, ...] | None = None

    @property
    def papers_may_miss(self) -> bool:
        """True if missing papers do not block the build."""
        return self.draft or self.allow_missing

    @property
    def changes_are_accepted(self) -> bool:
        """True if documents that have changed since they were signed do not block the build."""
        return self.draft or self.allow_changed


@dataclass(frozen=True, slots=True)
class DocumentOptions:
    """Options of drawing documents. ``right_hand_pages`` changes the page numbers on cover sheets."""

    as_of: date
    engine: str = "typst"
    right_hand_pages: bool = False


@dataclass(frozen=True, slots=True)
class BundleOptions:
    """Options of merging bundles.

    With ``right_hand_pages``, each document begins on a right-hand page, for printing on both sides. ``max_bytes`` is
    the largest size of a file for upload or mail. ``signature_fields`` adds fields for digital signatures at the seal
    boxes. A ``password`` encrypts the files.
    """

    right_hand_pages: bool = False
    max_bytes: int | None = None
    signature_fields: bool = False
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PublishOptions:
    """Options of the published packet.

    ``recipient_copy`` adds a copy for third parties, with masked identity numbers. A ``password`` encrypts the PDF
    files and leaves out the Word files. With ``no_documents``, a document that is in a bundle is no file of its own.
    ``force`` replaces a packet that is up to date, or signed.
    """

    recipient_copy: bool = False
    no_documents: bool = False
    password: str | None = field(default=None, repr=False)
    force: bool = False


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """All options of a build; the classes above describe them. Some concern several stages."""

    as_of: date
    templates: str = "medical-stay"
    engine: str = "typst"
    strict: bool = False
    directory: Path | None = None
    draft: bool = False
    allow_missing: bool = False
    right_hand_pages: bool = False
    max_bytes: int | None = None
    signature_fields: bool = False
    recipient_copy: bool = False
    no_documents: bool = False
    password: str | None = field(default=None, repr=False)
    force: bool = False
    templates_sha256: str | None = None
    allow_changed: bool = False
    read_scans: bool = False
    letter_languages: tuple[Language, ...] | None = None

    @property
    def check(self) -> CheckOptions:
        """Options of reading, planning and checking the case."""
        return CheckOptions(
            self.as_of,
            self.templates,
            self.directory,
            self.strict,
            self.draft,
            self.allow_missing,
            self.templates_sha256,
            self.allow_changed,
            self.read_scans,
            self.letter_languages,
        )

    @property
    def documents(self) -> DocumentOptions:
        """Options of drawing the documents."""
        return DocumentOptions(self.as_of, self.engine, self.right_hand_pages)

    @property
    def bundle(self) -> BundleOptions:
        """Options of merging the bundles."""
        return BundleOptions(self.right_hand_pages, self.max_bytes, self.signature_fields, self.password)

    @property
    def publish(self) -> PublishOptions:
        """Options of the published packet."""
        return PublishOptions(self.recipient_copy, self.no_documents, self.password, self.force)
