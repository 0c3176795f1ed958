"""What somebody must still sign or seal in a packet, and where: the document, its pages, and its seal boxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from pipeline.bundle.manifest_rows import PageMapRow
from pipeline.cli.seal_task import PLACES, SealPlace
from pipeline.packet.packet_parts import document_part_id
from pipeline.packet.template_set import Signer
from pipeline.publish.manifest import Manifest
from pipeline.system.limited_client import LIMITED, CallFailedError
from pipeline.system.limited_process import ProcessLimits

_FUNCTION = "pipeline.cli.seal_task:answer_seals"


@dataclass(frozen=True, slots=True)
class UnsignedDocument:
    """A document to sign: its id and its title as printed.

    ``file`` has it, on ``pages`` from 1; ``sealed`` are those of them with seal boxes.
    """

    document: str
    title: str
    person: str
    signed_by: Signer | None
    file: str
    pages: tuple[int, int] | None = None
    sealed: tuple[tuple[int, tuple[SealPlace, ...]], ...] = ()


def unsigned_documents(packet: Path, manifest: Manifest) -> list[UnsignedDocument]:
    """Return what is to be signed, in the order of the pages; documents that are in no bundle come last."""
    rows = {
        document_part_id(row.document, row.person): row
        for row in manifest.documents
        if row.signed_by and not row.signed
    }
    found = []
    for bundle in manifest.bundles:
        parts = [part for part in bundle.page_map if part.id in rows and bundle.kind == "bundle"]
        try:
            places = _places(packet / bundle.path, bundle.sha256) if parts else ()
        except (CallFailedError, OSError):
            places = ()  # the person still sees the pages
        for part in parts:
            row = rows.pop(part.id)
            pages, sealed = (part.page, part.last_page), tuple(_of(part, places))
            found.append(
                UnsignedDocument(row.document, part.title, row.person, row.signed_by, bundle.path, pages, sealed)
            )
    titles = {part.id: part.title for bundle in manifest.bundles for part in bundle.page_map}
    others = (
        UnsignedDocument(row.document, titles.get(name, row.document), row.person, row.signed_by, row.path)
        for name, row in rows.items()
        if row.path
    )
    return [*found, *others]


def _of(part: PageMapRow, places: tuple[SealPlace, ...]) -> Iterator[tuple[int, tuple[SealPlace, ...]]]:
    own = (place for place in places if part.page <= place.page <= part.last_page)
    for page, of_page in groupby(own, key=lambda place: place.page):
        yield page, tuple(of_page)


@lru_cache(maxsize=64)
def _places(bundle: Path, _sha256: str) -> tuple[SealPlace, ...]:
    """Return the seal boxes of a bundle. Raises CallFailedError or OSError."""
    return PLACES.decode(LIMITED.call(_FUNCTION, bundle.read_bytes(), ProcessLimits()))
