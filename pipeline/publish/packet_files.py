"""The files of a packet by their path in it: documents, bundles, the copy for third parties, and the manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.bundle.assemble import MergedBundle
from pipeline.bundle.recipient_copy import COPY_NAME
from pipeline.documents.document import DrawnDocument
from pipeline.documents.edited import text_sha256
from pipeline.errors import Problem
from pipeline.formats.pdf.encryption import protect
from pipeline.options import PublishOptions
from pipeline.packet.file_names import MANIFEST_NAME
from pipeline.packet.packet_parts import DocumentPart, Packet
from pipeline.packet.paper import Paper
from pipeline.packet.planned_case import PlannedCase
from pipeline.publish.manifest import (
    DocumentRow,
    Inputs,
    Manifest,
    MissingPaperRow,
    Origin,
    OutputFile,
    RecordedFinding,
    SuppliedFile,
    seal,
)
from pipeline.system.atomic import sha256


@dataclass(frozen=True, slots=True)
class PacketContent:
    """The finished parts of a packet. ``papers`` and ``documents`` are by part id, ``copy`` is for third parties."""

    planned: PlannedCase
    papers: Mapping[str, Paper]
    documents: Mapping[str, DrawnDocument]
    bundles: Sequence[MergedBundle]
    copy: bytes | None
    problems: tuple[Problem, ...]


def packet_files(content: PacketContent, origin: Origin, options: PublishOptions) -> dict[str, bytes]:
    """Return every file of a packet by its path."""
    files = dict(_document_files(content, options))
    for bundle in content.bundles:
        files |= bundle.files
    if content.copy is not None:
        files[COPY_NAME] = protect(content.copy, options.password)
    files[MANIFEST_NAME] = seal(_manifest(content, files, origin))
    return files


def _named_documents(packet: Packet) -> Iterator[tuple[str, DocumentPart]]:
    """Each document with the path of its files, without their suffix."""
    for number, part in enumerate(packet.documents, start=1):
        yield f"documents/{number:02}-{part.id}", part


def _document_files(content: PacketContent, options: PublishOptions) -> Iterator[tuple[str, bytes]]:
    """Each document as Word file and PDF, numbered in order.

    With a password, the Word files are left out: no encryption of them works in every program. Without documents, only
    the PDFs of those that stand apart from the bundles remain, such as the patient's guide.
    """
    for name, part in _named_documents(content.planned.packet):
        if options.no_documents and part not in content.planned.packet.apart:
            continue
        if options.password is None and not options.no_documents:
            yield f"{name}.docx", content.documents[part.id].docx
        yield f"{name}.pdf", protect(content.documents[part.id].pdf, options.password)


def _manifest(content: PacketContent, files: Mapping[str, bytes], origin: Origin) -> Manifest:
    packet = content.planned.packet
    apart = [f"{name}.pdf" for name, part in _named_documents(packet) if part in packet.apart]
    return Manifest(
        manifest_version=1,
        visa_packet=origin.visa_packet,
        case_id=origin.case_id,
        as_of=origin.as_of,
        template_set=origin.template_set,
        engine=origin.engine,
        options=origin.options,
        inputs=Inputs(origin.case, origin.directory, tuple(_supplied_files(content))),
        state=content.planned.state,
        documents=tuple(_document_rows(content, files)),
        missing=tuple(_missing_papers(packet)),
        versions=origin.versions,
        rules=origin.rules,
        outputs=tuple(OutputFile(path, sha256(file), len(file)) for path, file in sorted(files.items())),
        bundles=tuple(bundle.row for bundle in content.bundles),
        apart=(*apart, *([COPY_NAME] if COPY_NAME in files else [])),
        findings=tuple(map(_recorded, content.problems)),
        sha256="",  # set by seal()
    )


def _supplied_files(content: PacketContent) -> Iterator[SuppliedFile]:
    for part in content.planned.packet.attachments:
        paper = content.papers[part.id]
        yield SuppliedFile(
            part.attachment.role, part.person, paper.sha256, paper.size, paper.pages, paper.mapping_sha256
        )


def _document_rows(content: PacketContent, files: Mapping[str, bytes]) -> Iterator[DocumentRow]:
    packet = content.planned.packet
    originals = {part.original_of.id: part for part in packet.attachments if part.original_of}
    for name, part in _named_documents(packet):
        original = originals.get(part.id)
        yield DocumentRow(
            document=part.document,
            person=part.person,
            path=f"{name}.pdf" if f"{name}.pdf" in files else None,
            text_sha256=text_sha256(content.documents[part.id].text),
            signed_by=part.signed_by,
            signed=content.papers[original.id].sha256 if original else None,
            printed_sha256=original.attachment.printed_hash if original else None,
            edited=content.documents[part.id].edited_sha256,
        )


def _missing_papers(packet: Packet) -> Iterator[MissingPaperRow]:
    for bundle in packet.bundles:
        for row in bundle.missing:
            yield MissingPaperRow(row.letter, row.role, bundle.person)


def _recorded(problem: Problem) -> RecordedFinding:
    """A finding with its place in the case or the file of the template set. Other file names may contain names."""
    template = Path(problem.file).name if problem.pointer is None and problem.file is not None else None
    return RecordedFinding(problem.code, problem.severity, problem.pointer, problem.located_message, template)
