"""One case through all stages: check, draw the documents, merge, write the manifest, verify, publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.bundle import Piece, merge
from pipeline.check import Checked, Options, check_case
from pipeline.documents import draw_documents, page_plan
from pipeline.draw import Drawn
from pipeline.engines import Engine, load_engine
from pipeline.errors import Problem
from pipeline.manifest import BUNDLE_NAME, MANIFEST_NAME, make_manifest, sha256
from pipeline.plan import AttachmentPart, DocumentPart
from pipeline.publish import check_target, publish
from pipeline.verify import verify_files


@dataclass(frozen=True, slots=True)
class Built:
    """A published packet. ``page_map`` has a row a part: id, kind, title, page, pages."""

    case_id: str
    folder: Path
    sha256: str
    page_map: tuple[Mapping[str, Any], ...]
    problems: tuple[Problem, ...]

    @property
    def bundle(self) -> Path:
        """Path of the merged PDF."""
        return self.folder / BUNDLE_NAME

    @property
    def pages(self) -> int:
        """Pages of the merged PDF."""
        return sum(part["pages"] for part in self.page_map)


def build_case(path: Path, out: Path, options: Options) -> Built:
    """Build the packet of the case at ``path`` and publish it as ``out/<case id>``.

    Raises a VisaPacketError of the stage that failed; then nothing is published.
    """
    return build_checked(check_case(path, options), out, options)


def build_checked(checked: Checked, out: Path, options: Options) -> Built:
    """Build and publish the packet of a case that ``check_case`` let through."""
    case = checked.loaded.case
    check_target(out / case.case_id)
    engine = load_engine(options.engine)
    drawn = draw_documents(checked, options.as_of, engine)
    page_map = _page_map(checked, drawn)
    files = _document_files(checked, drawn)
    files[BUNDLE_NAME] = merge(
        [Piece(part["title"], _pdf_of(part["id"], checked, drawn)) for part in page_map],
        title=f"{checked.templates.packet.title.ja} {case.case_id}",
        language="ja",
    )
    made_from = _made_from(checked, options, engine)
    files[MANIFEST_NAME] = make_manifest(made_from=made_from, files=files, page_map=page_map, problems=checked.problems)
    verify_files(files, str(out / case.case_id))
    publish(files, out / case.case_id)
    return Built(case.case_id, out / case.case_id, sha256(files[BUNDLE_NAME]), tuple(page_map), checked.problems)


def _page_map(checked: Checked, drawn: Mapping[str, Drawn]) -> list[dict[str, Any]]:
    """Where each part of the bundle is. Titles name nobody, for the manifest may be shown around."""
    plan = page_plan(checked, {part_id: document.pages for part_id, document in drawn.items()})
    return [
        {
            "id": part.id,
            "kind": _kind(part),
            "title": _outline_title(part),
            "page": plan.first_page[part.id],
            "pages": drawn[part.id].pages if part.id in drawn else checked.papers[part.id].pages,
        }
        for part in checked.packet.parts
    ]


def _kind(part: DocumentPart | AttachmentPart) -> str:
    if isinstance(part, AttachmentPart):
        return "attachment"
    return "cover" if part.is_cover else "document"


def _outline_title(part: DocumentPart | AttachmentPart) -> str:
    title = f"{part.title.ja} / {part.title.en}"
    if isinstance(part, AttachmentPart) and part.person != "patient":
        return f"{title} ({part.person.replace('-', ' ')})"
    return title


def _document_files(checked: Checked, drawn: Mapping[str, Drawn]) -> dict[str, bytes]:
    """Each document as Word file and PDF, numbered in the order of the bundle."""
    files = {}
    documents = [part for part in checked.packet.parts if isinstance(part, DocumentPart)]
    for number, part in enumerate(documents, start=1):
        files[f"documents/{number:02}-{part.id}.docx"] = drawn[part.id].docx
        files[f"documents/{number:02}-{part.id}.pdf"] = drawn[part.id].pdf
    return files


def _pdf_of(part_id: str, checked: Checked, drawn: Mapping[str, Drawn]) -> bytes:
    return drawn[part_id].pdf if part_id in drawn else checked.papers[part_id].pdf


def _made_from(checked: Checked, options: Options, engine: Engine) -> dict[str, Any]:
    """What the manifest says about case, templates and engine. File names may hold names, so they are left out."""
    packet = checked.packet
    return {
        "case_id": checked.loaded.case.case_id,
        "as_of": options.as_of.isoformat(),
        "template_set": {"id": checked.templates.packet.id, "sha256": checked.templates.sha256},
        "engine": {"name": engine.name, "version": engine.version()},
        "inputs": {
            "case": checked.loaded.document.sha256,
            "attachments": [
                {
                    "role": part.attachment.role,
                    "person": part.person,
                    "sha256": checked.papers[part.id].sha256,
                    "bytes": checked.papers[part.id].size,
                    "pages": checked.papers[part.id].pages,
                }
                for part in packet.parts
                if isinstance(part, AttachmentPart)
            ],
        },
        "missing": [
            {"letter": requirement.row.letter, "role": requirement.row.role, "person": person}
            for requirement in packet.requirements
            for person in requirement.missing_for
        ],
    }
