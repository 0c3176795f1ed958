"""One case through all stages: check, draw the documents, merge, write the manifest, verify, publish."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.bundle.assemble import make_bundles
from pipeline.bundle.recipient_copy import COPY_NAME, recipient_copy
from pipeline.case.source import Source
from pipeline.documents.document import Drawn
from pipeline.documents.drawing import draw_documents
from pipeline.documents.engines.engine import Engine, load_engine
from pipeline.documents.signed_originals import text_sha256
from pipeline.errors import JsonPlace, Problem
from pipeline.formats.pdf.encryption import protected
from pipeline.options import Options
from pipeline.packet.checked import Checked
from pipeline.packet.file_names import MANIFEST_NAME
from pipeline.packet.plan import DocumentPart, Packet, State
from pipeline.publish.destination import Destination, Folder
from pipeline.publish.manifest import make_manifest
from pipeline.publish.verify.verify import verify_files
from pipeline.run.check import check_case, refuse
from pipeline.run.provenance import origin_of
from pipeline.visa.rules.catalogue import catalogue


@dataclass(frozen=True, slots=True)
class BuiltBundle:
    """One merged PDF: what ``person`` files. ``page_map`` has a row a part (pipeline/bundle/page_map.py).

    ``volumes`` has a row for each file in which the same pages are there again, when they do not fit in one.
    """

    person: str
    path: Path
    sha256: str
    page_map: tuple[Mapping[str, Any], ...]
    volumes: tuple[Mapping[str, Any], ...] = ()

    @property
    def pages(self) -> int:
        """Pages of the merged PDF, blank ones too."""
        return int(self.page_map[-1]["page"] + self.page_map[-1]["pages"] - 1)


@dataclass(frozen=True, slots=True)
class Built:
    """A published packet; the patient's bundle is the first. ``missing`` has letter, role and person of each paper."""

    case_id: str
    folder: Path
    bundles: tuple[BuiltBundle, ...]
    #: documents that stand in no bundle, and the copy for third parties
    apart: tuple[Path, ...]
    problems: tuple[Problem, ...]
    missing: tuple[Mapping[str, str], ...] = ()
    state: State = "final"


def built_from(manifest: Mapping[str, Any], folder: Path) -> Built:
    """What the manifest in ``folder`` says was built there. The findings have their English words alone."""
    return Built(
        manifest["case_id"],
        folder,
        _built_bundles(manifest["bundles"], folder),
        tuple(folder / path for path in manifest["apart"]),
        tuple(_told_before(found) for found in manifest["findings"]),
        tuple(manifest["missing"]),
        manifest["state"],
    )


def _built_bundles(described: Sequence[Mapping[str, Any]], folder: Path) -> tuple[BuiltBundle, ...]:
    """Bundles that the manifest describes."""
    return tuple(
        BuiltBundle(
            each["person"], folder / each["path"], each["sha256"], tuple(each["page_map"]), tuple(each["volumes"])
        )
        for each in described
    )


def _told_before(found: Mapping[str, Any]) -> Problem:
    """A finding as its manifest has it, with the advice and the source of its rule."""
    rule = catalogue().get(found["rule"])
    hint = rule.texts["en"].hint if rule else ""
    if not hint or "{detail}" in hint:
        hint = "build the packet again with --force to be told more"
    source, as_of = (rule.source, rule.as_of) if rule else (None, None)
    return Problem(
        found["rule"],
        found["severity"],
        found["message"],
        hint,
        found.get("template"),
        None if found["pointer"] is None else JsonPlace(found["pointer"]),
        source=source,
        as_of=as_of,
    )


def build_case(where: Path | Source, out: Path, options: Options) -> Built:
    """Build the packet of the case at ``where`` and publish it as ``out/<case id>``.

    Raises a VisaPacketError of the stage that failed; then nothing is published.
    """
    return build_checked(check_case(where, options), Folder(out), options)


def build_checked(checked: Checked, out: Destination, options: Options, *, force: bool = False) -> Built:
    """Build and publish the packet of a case that ``check_case`` let through; in place of a signed one by ``force``."""
    case_id = checked.loaded.case.case_id
    out.check(case_id, force=force)
    built, files = _make_packet(checked, out.folder(case_id), options)
    out.publish(case_id, files)
    return built


def _make_packet(checked: Checked, folder: Path, options: Options) -> tuple[Built, dict[str, bytes]]:
    """The files of a packet by their path in it, verified, and what the manifest says of them."""
    case = checked.loaded.case
    engine = load_engine(options.engine)
    drawn = draw_documents(checked, options, engine)
    problems = (*checked.problems, *(problem for document in drawn.values() for problem in document.problems))
    refuse(problems, options)
    merged, told = make_bundles(checked, drawn, options)
    problems = (*problems, *told)
    refuse(problems, options)
    files, apart = _document_files(checked.packet, drawn, options.password)
    for each in merged:
        files |= each.files
    if options.recipient_copy:
        files[COPY_NAME] = protected(recipient_copy(checked, options, engine), options.password)
        apart.append(COPY_NAME)
    described = [each.described for each in merged]
    made_from = _made_from(checked, drawn, options, engine)
    files[MANIFEST_NAME] = make_manifest(
        made_from=made_from,
        files=files,
        bundles=described,
        apart=apart,
        problems=problems,
    )
    verify_files(files, str(folder), options.password)
    apart_paths = tuple(folder / name for name in apart)
    missing = tuple(made_from["missing"])
    bundles = _built_bundles(described, folder)
    return Built(case.case_id, folder, bundles, apart_paths, problems, missing, checked.state), files


def _named(packet: Packet) -> Iterator[tuple[str, DocumentPart]]:
    """Each document with the name of its files, without their ending."""
    for number, part in enumerate(packet.documents, start=1):
        yield f"documents/{number:02}-{part.id}", part


def _described_documents(checked: Checked, drawn: Mapping[str, Drawn]) -> list[dict[str, Any]]:
    """Each document as the manifest has it; ``signed`` is the hash of the scan that stands in its place."""
    scans = {
        part.original_of.id: checked.papers[part.id].sha256 for part in checked.packet.attachments if part.original_of
    }
    return [
        {
            "document": part.document,
            "person": part.person,
            "path": f"{name}.pdf",
            "text_sha256": text_sha256(drawn[part.id].docx),
            "signed_by": part.signed_by,
            "signed": scans.get(part.id),
        }
        for name, part in _named(checked.packet)
    ]


def _document_files(
    packet: Packet, drawn: Mapping[str, Drawn], password: str | None
) -> tuple[dict[str, bytes], list[str]]:
    """Each document as Word file and PDF, numbered in order, and the PDFs that belong to no bundle.

    Word files cannot be encrypted in a way that every program opens: with a password there are none.
    """
    files, apart = {}, []
    for name, part in _named(packet):
        if password is None:
            files[f"{name}.docx"] = drawn[part.id].docx
        files[f"{name}.pdf"] = protected(drawn[part.id].pdf, password)
        if part in packet.apart:
            apart.append(f"{name}.pdf")
    return files, apart


def _made_from(checked: Checked, drawn: Mapping[str, Drawn], options: Options, engine: Engine) -> dict[str, Any]:
    """What the manifest says about case, templates, engine and documents, and what of the official list is missing."""
    origin = origin_of(checked.loaded, checked.templates, options, engine)
    return {
        **origin,
        "state": checked.state,
        "documents": _described_documents(checked, drawn),
        "inputs": {
            **origin["inputs"],
            "attachments": [
                {
                    "role": part.attachment.role,
                    "person": part.person,
                    "sha256": checked.papers[part.id].sha256,
                    "bytes": checked.papers[part.id].size,
                    "pages": checked.papers[part.id].pages,
                    "form_mapping": checked.papers[part.id].mapping_sha256,
                }
                for part in checked.packet.attachments
            ],
        },
        "missing": [
            {"letter": row.letter, "role": row.role, "person": bundle.person}
            for bundle in checked.packet.bundles
            for row in bundle.missing
        ],
    }
