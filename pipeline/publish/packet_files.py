"""The files of a packet by their path in it: documents, bundles, the copy for third parties, and the manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.bundle.assemble import MergedBundle
from pipeline.bundle.recipient_copy import COPY_NAME, recipient_copy
from pipeline.documents.document import Drawn
from pipeline.documents.engines.engine import Engine
from pipeline.documents.signed_originals import text_sha256
from pipeline.errors import Problem
from pipeline.formats.pdf.encryption import protected
from pipeline.options import Options
from pipeline.packet.checked import Checked
from pipeline.packet.file_names import MANIFEST_NAME
from pipeline.packet.plan import DocumentPart, Packet
from pipeline.publish.manifest import (
    DocumentRow,
    Inputs,
    Manifest,
    MissingPaper,
    Origin,
    OutputFile,
    RecordedFinding,
    SuppliedFile,
    seal,
)
from pipeline.publish.provenance import origin_of
from pipeline.system.atomic import sha256


def packet_files(
    checked: Checked, drawn: Mapping[str, Drawn], bundles: Sequence[MergedBundle], options: Options, engine: Engine
) -> dict[str, bytes]:
    """Return every file of a packet by its path. Raises CaseError if the copy for third parties cannot be made."""
    files = dict(_document_files(checked.packet, drawn, options.password))
    for bundle in bundles:
        files |= bundle.files
    if options.recipient_copy:
        files[COPY_NAME] = protected(recipient_copy(checked, options, engine), options.password)
    origin = origin_of(checked.loaded, checked.templates, options, engine)
    files[MANIFEST_NAME] = seal(_manifest(checked, drawn, bundles, files, origin))
    return files


def _named_documents(packet: Packet) -> Iterator[tuple[str, DocumentPart]]:
    """Each document with the path of its files, without their suffix."""
    for number, part in enumerate(packet.documents, start=1):
        yield f"documents/{number:02}-{part.id}", part


def _document_files(packet: Packet, drawn: Mapping[str, Drawn], password: str | None) -> Iterator[tuple[str, bytes]]:
    """Each document as Word file and PDF, numbered in order.

    With a password, the Word files are left out: no encryption of them works in every program.
    """
    for name, part in _named_documents(packet):
        if password is None:
            yield f"{name}.docx", drawn[part.id].docx
        yield f"{name}.pdf", protected(drawn[part.id].pdf, password)


def _manifest(
    checked: Checked,
    drawn: Mapping[str, Drawn],
    bundles: Sequence[MergedBundle],
    files: Mapping[str, bytes],
    origin: Origin,
) -> Manifest:
    apart = [f"{name}.pdf" for name, part in _named_documents(checked.packet) if part in checked.packet.apart]
    return Manifest(
        manifest_version=1,
        visa_packet=origin.visa_packet,
        case_id=origin.case_id,
        as_of=origin.as_of,
        template_set=origin.template_set,
        engine=origin.engine,
        options=origin.options,
        inputs=Inputs(origin.case, origin.directory, tuple(_supplied_files(checked))),
        state=checked.state,
        documents=tuple(_document_rows(checked, drawn)),
        missing=tuple(_missing_papers(checked.packet)),
        versions=origin.versions,
        rules=origin.rules,
        outputs=tuple(OutputFile(path, sha256(content), len(content)) for path, content in sorted(files.items())),
        bundles=tuple(bundle.row for bundle in bundles),
        apart=(*apart, *([COPY_NAME] if COPY_NAME in files else [])),
        findings=tuple(map(_recorded, checked.problems)),
        sha256="",  # set by seal()
    )


def _supplied_files(checked: Checked) -> Iterator[SuppliedFile]:
    for part in checked.packet.attachments:
        paper = checked.papers[part.id]
        yield SuppliedFile(
            part.attachment.role, part.person, paper.sha256, paper.size, paper.pages, paper.mapping_sha256
        )


def _document_rows(checked: Checked, drawn: Mapping[str, Drawn]) -> Iterator[DocumentRow]:
    scans = {
        part.original_of.id: checked.papers[part.id].sha256 for part in checked.packet.attachments if part.original_of
    }
    for name, part in _named_documents(checked.packet):
        yield DocumentRow(
            document=part.document,
            person=part.person,
            path=f"{name}.pdf",
            text_sha256=text_sha256(drawn[part.id].docx),
            signed_by=part.signed_by,
            signed=scans.get(part.id),
        )


def _missing_papers(packet: Packet) -> Iterator[MissingPaper]:
    for bundle in packet.bundles:
        for row in bundle.missing:
            yield MissingPaper(row.letter, row.role, bundle.person)


def _recorded(problem: Problem) -> RecordedFinding:
    """A finding with its place in the case or the file of the template set. Other file names may contain names."""
    template = Path(problem.file).name if problem.pointer is None and problem.file is not None else None
    return RecordedFinding(problem.code, problem.severity, problem.pointer, problem.message, template)
