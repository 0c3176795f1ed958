"""One case through all stages: check, draw the documents, merge, write the manifest, verify, publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.bundle import Merged
from pipeline.check import Checked, Options, check_case, refuse
from pipeline.documents import draw_documents
from pipeline.draw import Drawn
from pipeline.engines import Engine, load_engine
from pipeline.errors import Problem
from pipeline.inputs import Source
from pipeline.manifest import BUNDLE_NAME, MANIFEST_NAME, make_manifest, sha256
from pipeline.origin import origin_of
from pipeline.pagemap import make_page_map, merge_parts
from pipeline.plan import PATIENT, Bundle, Packet
from pipeline.publish import check_target, publish
from pipeline.verify import verify_files


@dataclass(frozen=True, slots=True)
class BuiltBundle:
    """One merged PDF: what ``person`` files. ``page_map`` has a row a part (pipeline/pagemap.py)."""

    person: str
    path: Path
    sha256: str
    page_map: tuple[Mapping[str, Any], ...]

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
    apart: tuple[Path, ...]
    problems: tuple[Problem, ...]
    missing: tuple[Mapping[str, str], ...] = ()


def built_from(manifest: Mapping[str, Any], folder: Path) -> Built:
    """What the manifest in ``folder`` says was built there. The findings have their English words alone."""
    return Built(
        manifest["case_id"],
        folder,
        tuple(
            BuiltBundle(each["person"], folder / each["path"], each["sha256"], tuple(each["page_map"]))
            for each in manifest["bundles"]
        ),
        tuple(folder / path for path in manifest["apart"]),
        tuple(
            Problem(found["rule"], found["severity"], found["message"], "", found.get("template"), found["pointer"])
            for found in manifest["findings"]
        ),
        tuple(manifest["missing"]),
    )


def build_case(where: Path | Source, out: Path, options: Options) -> Built:
    """Build the packet of the case at ``where`` and publish it as ``out/<case id>``.

    Raises a VisaPacketError of the stage that failed; then nothing is published.
    """
    return build_checked(check_case(where, options), out, options)


def build_checked(checked: Checked, out: Path, options: Options) -> Built:
    """Build and publish the packet of a case that ``check_case`` let through."""
    case = checked.loaded.case
    check_target(out / case.case_id)
    engine = load_engine(options.engine)
    drawn = draw_documents(checked, options, engine)
    problems = (*checked.problems, *(problem for document in drawn.values() for problem in document.problems))
    refuse(problems, strict=options.strict)
    files, apart = _document_files(checked.packet, drawn)
    folder = out / case.case_id
    bundles, described = [], []
    for bundle in (bundle for bundle in checked.packet.bundles if bundle.parts):  # a companion may have nothing to file
        page_map = make_page_map(bundle, checked, drawn, options)
        merged = merge_parts(page_map, bundle, checked, drawn, options)
        name = _bundle_name(bundle)
        files[name] = merged.pdf
        bundles.append(BuiltBundle(bundle.person, folder / name, sha256(merged.pdf), page_map))
        described.append(_described(bundles[-1], merged))
    made_from = _made_from(checked, options, engine)
    files[MANIFEST_NAME] = make_manifest(
        made_from=made_from,
        files=files,
        bundles=described,
        apart=apart,
        problems=problems,
    )
    verify_files(files, str(folder))
    publish(files, folder)
    apart_paths = tuple(folder / name for name in apart)
    return Built(case.case_id, folder, tuple(bundles), apart_paths, problems, tuple(made_from["missing"]))


def _bundle_name(bundle: Bundle) -> str:
    return BUNDLE_NAME if bundle.person == PATIENT else f"bundle-{bundle.person}.pdf"


def _described(bundle: BuiltBundle, merged: Merged) -> dict[str, Any]:
    """A bundle as the manifest has it."""
    return {
        "person": bundle.person,
        "path": bundle.path.name,
        "sha256": bundle.sha256,
        "bytes": len(merged.pdf),
        "pages": bundle.pages,
        "blank_pages": list(merged.blank_pages),
        "pdf_a": not merged.obstacles,
        "not_pdf_a": [{"part": part, "reason": reason} for part, reason in merged.obstacles],
        "page_map": list(bundle.page_map),
    }


def _document_files(packet: Packet, drawn: Mapping[str, Drawn]) -> tuple[dict[str, bytes], list[str]]:
    """Each document as Word file and PDF, numbered in order, and the PDFs that belong to no bundle."""
    files, apart = {}, []
    for number, part in enumerate(packet.documents, start=1):
        name = f"documents/{number:02}-{part.id}"
        files[f"{name}.docx"] = drawn[part.id].docx
        files[f"{name}.pdf"] = drawn[part.id].pdf
        if part in packet.apart:
            apart.append(f"{name}.pdf")
    return files, apart


def _made_from(checked: Checked, options: Options, engine: Engine) -> dict[str, Any]:
    """What the manifest says about case, templates and engine, and what of the official list is missing."""
    origin = origin_of(checked.loaded, checked.templates, options, engine)
    return {
        **origin,
        "inputs": {
            **origin["inputs"],
            "attachments": [
                {
                    "role": part.attachment.role,
                    "person": part.person,
                    "sha256": checked.papers[part.id].sha256,
                    "bytes": checked.papers[part.id].size,
                    "pages": checked.papers[part.id].pages,
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
