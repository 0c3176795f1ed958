"""Status of a case: its papers and documents, and which of them are missing, too old or unsigned."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import msgspec

from pipeline.attachments.packet_papers import read_papers
from pipeline.case.base import Trilingual
from pipeline.case.load import LoadedCase
from pipeline.documents.signed_originals import has_changed
from pipeline.errors import Problem
from pipeline.options import CheckOptions
from pipeline.packet.document_fields import name_fields
from pipeline.packet.packet_parts import AttachmentPart, Bundle, DocumentPart, Requirement, State
from pipeline.packet.paper_rules import LACKS
from pipeline.packet.planned_case import PlannedCase, plan_case
from pipeline.packet.template_set import Signer
from pipeline.run.check import find_problems
from pipeline.visa.calendar import last_day_within
from pipeline.visa.terms import VALIDITY_MONTHS, last_filing_day

Standing = Literal[
    "missing",
    "unusable",
    "expired",
    "unfilled",
    "unsigned",
    "filled",
    "changed",
    "uncompared",
    "signed",
    "enclosed",
    "made",
    "not_needed",
]
#: Items that require an action.
OPEN: frozenset[Standing] = frozenset(
    {"missing", "unusable", "expired", "unfilled", "unsigned", "filled", "changed", "uncompared"}
)
#: Items that nobody has to do anything for.
_OF_THEMSELVES: frozenset[Standing] = frozenset({"made", "not_needed"})


@dataclass(frozen=True, slots=True)
class Item:
    """A paper or a document of one person. ``until`` is the last day to file it, ``index`` that of its attachment.

    ``signed_by`` is who signs a document, ``fields`` are the names of its empty fields.
    """

    person: str
    kind: Literal["paper", "document"]
    id: str
    letter: str | None
    title: Trilingual
    standing: Standing
    until: date | None = None
    index: int | None = None
    signed_by: Signer | None = None
    fields: Trilingual | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """The items of a case. ``builds`` is the state of a packet built now, None if ``errors`` (codes) block it.

    ``problems`` are all findings.
    """

    case_id: str
    as_of: date
    filing_date: date
    builds: State | None
    errors: tuple[str, ...]
    items: tuple[Item, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def open(self) -> tuple[Item, ...]:
        """The items that require an action."""
        return tuple(item for item in self.items if item.standing in OPEN)

    @property
    def awaited(self) -> tuple[Item, ...]:
        """The items that somebody has to supply, fill in or sign, open or not."""
        return tuple(item for item in self.items if item.standing not in _OF_THEMSELVES)


def status_of(loaded: LoadedCase, options: CheckOptions) -> Status:
    """Return the status of a case that was read. Raises TemplateError if the template set cannot be read."""
    planned = plan_case(loaded, options)
    findings = find_problems(planned, options)
    papers = read_papers(planned, options, findings)
    case, packet = planned.loaded.case, planned.packet
    blocking = (each.code for each in findings.problems if findings.blocks(each) and each.code not in LACKS)
    errors = sorted({*blocking, *(each.code for each in findings.unusable)})
    maker = _Items(planned, papers, options.as_of)
    items = tuple(item for bundle in packet.files for item in maker.of_bundle(bundle))
    builds = None if errors else planned.state
    found = (*findings.problems, *findings.unusable)
    return Status(case.case_id, options.as_of, case.visa.filing_date, builds, tuple(errors), items, found)


def status_to_json(status: Status) -> dict[str, Any]:
    """Return the status as a JSON object (schemas/status.schema.json)."""
    return {
        "case_id": status.case_id,
        "as_of": status.as_of.isoformat(),
        "filing_date": status.filing_date.isoformat(),
        "state": status.builds,
        "blocked_by": list(status.errors),
        "open": len(status.open),
        "findings": {
            name: sum(problem.severity == severity for problem in status.problems)
            for name, severity in (("errors", "error"), ("warnings", "warning"), ("notes", "info"))
        },
        "items": [_item(item) for item in status.items],
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "person": item.person,
        "kind": item.kind,
        "id": item.id,
        "letter": item.letter,
        "title": msgspec.to_builtins(item.title),
        "standing": item.standing,
        "until": item.until.isoformat() if item.until else None,
        "pointer": None if item.index is None else f"/attachments/{item.index}",
    }


@dataclass(frozen=True, slots=True)
class _Items:
    """Makes the items of bundles."""

    planned: PlannedCase
    papers: Collection[str]
    as_of: date

    def of_bundle(self, bundle: Bundle) -> Iterator[Item]:
        """Yield the papers of the official list, then other papers, then the documents."""
        listed = {requirement.row.role for requirement in bundle.requirements}
        papers = [part for part in bundle.parts if isinstance(part, AttachmentPart) and part.original_of is None]
        for requirement in bundle.requirements:
            supplied = [part for part in papers if part.attachment.paper == requirement.row.role]
            yield from (self._paper(part, requirement.row.letter) for part in supplied)
            if not supplied:
                yield from self._without_paper(requirement, bundle)
        yield from (self._paper(part, None) for part in papers if part.attachment.paper not in listed)
        originals = {
            part.original_of.id: part for part in bundle.parts if isinstance(part, AttachmentPart) and part.original_of
        }
        for document in bundle.documents:
            if not document.is_cover:
                yield self._document(document, originals.get(document.id), bundle)
        for each in bundle.unfilled:
            if not each.is_made:
                yield replace(_item_of(each.document), standing="unfilled", fields=name_fields(each.fields))

    def _without_paper(self, requirement: Requirement, bundle: Bundle) -> Iterator[Item]:
        row = requirement.row
        if requirement.missing or not requirement.needed:
            standing: Standing = "missing" if requirement.missing else "not_needed"
            yield Item(bundle.person, "paper", row.role, row.letter, row.title, standing)

    def _paper(self, part: AttachmentPart, letter: str | None) -> Item:
        until = last_filing_day(part.attachment)
        standing = self._fault(part, until) or ("filled" if part.is_unsigned else "enclosed")
        return Item(part.person, "paper", part.attachment.paper, letter, part.title, standing, until, part.index)

    def _document(self, document: DocumentPart, original: AttachmentPart | None, bundle: Bundle) -> Item:
        rows = (each.row.letter for each in bundle.requirements if each.row.document == document.id)
        until = last_day_within(self.planned.loaded.case.visa.letter_date, VALIDITY_MONTHS)
        item = replace(_item_of(document), letter=next(rows, None))
        unfilled = next((each for each in bundle.unfilled if each.document == document), None)
        if unfilled is not None:
            return replace(item, standing="unfilled", until=until, fields=name_fields(unfilled.fields))
        if original is None:
            return replace(item, standing="unsigned", until=until) if document.is_unsigned else item
        until_signed = last_filing_day(original.attachment)
        changed = has_changed(original, self.planned, self.as_of)
        compared: dict[bool | None, Standing] = {True: "changed", False: "signed", None: "uncompared"}
        standing = self._fault(original, until_signed) or compared[changed]
        return replace(item, standing=standing, until=until_signed, index=original.index)

    def _fault(self, part: AttachmentPart, until: date | None) -> Standing | None:
        if part.id not in self.papers:
            return "unusable"
        return "expired" if until is not None and until < self.planned.loaded.case.visa.filing_date else None


def _item_of(document: DocumentPart) -> Item:
    """Return the item of a document that nobody has to sign or fill in."""
    signer = document.signed_by
    return Item(document.person, "document", document.document, None, document.title, "made", signed_by=signer)
