"""The parts of a packet whose pages the desk shows, and the requests to draw them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pipeline.case.load import load_draft
from pipeline.case.people import PATIENT
from pipeline.case.source import Source
from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.cli.desk.page_messages import DrawRequest
from pipeline.cli.desk.unsaved import read_unsaved
from pipeline.language import Language
from pipeline.packet.packet_parts import DocumentPart, Part
from pipeline.packet.planned_case import plan_case
from pipeline.run.case_folder.saving import CaseFile


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A document or paper to show. A ``cover`` takes longest: it has the page numbers of all others."""

    id: str
    title: str
    is_cover: bool
    is_document: bool


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file of the packet with its parts. ``companion`` is the number of a companion who files it, 0 for others."""

    kind: Literal["bundle", "working_file", "apart"]
    companion: int
    parts: tuple[ShownPart, ...]


def list_files(folder: DeskFolder, path: Path, language: Language) -> list[ShownFile]:
    """Return the files of the packet that would be built now. Raises a VisaPacketError."""
    options = replace(folder.options, draft=True)
    text = read_unsaved(CaseFile.read(path), {}, options).text
    packet = plan_case(load_draft(Source(path.name, path.parent, text), options.directory), options).packet
    bundles = [
        ShownFile("bundle", _companion(each.person), tuple(_shown(each.parts, language))) for each in packet.bundles
    ]
    working = [ShownFile("working_file", 0, tuple(_shown(packet.working.parts, language)))] if packet.working else []
    apart = [ShownFile("apart", 0, tuple(_shown(packet.apart, language)))] if packet.apart else []
    return [*bundles, *working, *apart]


def draw_request(
    folder: DeskFolder, path: Path, part: str, answers: Mapping[str, str], language: Language
) -> DrawRequest:
    """Return the request to draw a part of a case with answers that are not saved. Raises CaseError."""
    options = folder.options
    return DrawRequest(
        read_unsaved(CaseFile.read(path), answers, options).text,
        path.name,
        str(path.parent),
        part,
        options.templates,
        str(options.directory) if options.directory else None,
        options.as_of.isoformat(),
        language,
    )


def _companion(person: str) -> int:
    return 0 if person == PATIENT else int(person.rpartition("-")[2])


def _shown(parts: tuple[Part, ...], language: Language) -> Iterator[ShownPart]:
    for part in parts:
        is_document = isinstance(part, DocumentPart)
        title = getattr(part.title, language)
        yield ShownPart(part.id, title, isinstance(part, DocumentPart) and part.is_cover, is_document)
