"""The bundles of a packet, one for each traveller, merged and fitted into a size limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.bundle.fit_size import DOWNSAMPLINGS, Downsampling, downsample_papers, downsampling_note
from pipeline.bundle.manifest_rows import BundleRow, PageMap
from pipeline.bundle.merge import Merged
from pipeline.bundle.page_map import Contents, make_page_map, merge_parts
from pipeline.bundle.seal_boxes import seal_boxes
from pipeline.bundle.signature_fields import SignatureField, with_signature_fields
from pipeline.bundle.volumes import Volume, split, volumes_note
from pipeline.case.people import PATIENT
from pipeline.documents.document import DrawnDocument
from pipeline.errors import Problem
from pipeline.formats.pdf.encryption import protect
from pipeline.options import BundleOptions
from pipeline.packet.file_names import BUNDLE_NAME
from pipeline.packet.paper import Paper
from pipeline.packet.plan import Bundle, DocumentPart
from pipeline.packet.planned_case import PlannedCase
from pipeline.system.atomic import sha256

#: Reserve for encryption in bytes: it enlarges each stream of a bundle by a few.
_ENCRYPTION_BYTES = 64_000


@dataclass(frozen=True, slots=True)
class MergedBundle:
    """The bundle that ``person`` files, and its volumes if it is larger than the size limit."""

    person: str
    page_map: PageMap
    merged: Merged
    volumes: tuple[Volume, ...] = ()

    @property
    def name(self) -> str:
        """Name of the file."""
        return BUNDLE_NAME if self.person == PATIENT else f"bundle-{self.person}.pdf"

    @property
    def files(self) -> dict[str, bytes]:
        """The files by name."""
        return {self.name: self.merged.pdf, **{volume.name: volume.pdf for volume in self.volumes}}

    @property
    def row(self) -> BundleRow:
        """The row in the manifest."""
        return BundleRow(
            person=self.person,
            path=self.name,
            sha256=sha256(self.merged.pdf),
            bytes=len(self.merged.pdf),
            pages=self.page_map[-1].last_page,
            blank_pages=self.merged.blank_pages,
            pdf_a=not self.merged.obstacles,
            not_pdf_a=self.merged.obstacles,
            page_map=self.page_map,
            volumes=tuple(volume.row for volume in self.volumes),
        )


def assemble(
    planned: PlannedCase, papers: Mapping[str, Paper], drawn: Mapping[str, DrawnDocument], options: BundleOptions
) -> tuple[list[MergedBundle], list[Problem]]:
    """Return every bundle of the packet, and notes on what was changed to fit a size limit. Raises AttachmentError."""
    notes: list[Problem] = []
    if options.max_bytes is None:
        merged = _merge_all(planned, {**papers, **drawn}, options)
    else:
        merged, notes = _merge_to_fit(planned, papers, drawn, options, options.max_bytes)
    return [_protected(bundle, options.password) for bundle in merged], notes


def _merge_to_fit(
    planned: PlannedCase,
    papers: Mapping[str, Paper],
    drawn: Mapping[str, DrawnDocument],
    options: BundleOptions,
    max_bytes: int,
) -> tuple[list[MergedBundle], list[Problem]]:
    """Bundles of at most ``max_bytes``: papers are downsampled first, then a bundle is divided into volumes."""
    limit = max_bytes - (_ENCRYPTION_BYTES if options.password else 0)
    applied: dict[str, Downsampling] = {}
    merged = _merge_all(planned, {**papers, **drawn}, options)
    for _ in DOWNSAMPLINGS:
        sizes = {bundle.person: len(bundle.merged.pdf) for bundle in merged}
        papers, newly_applied = downsample_papers(planned, papers, sizes, limit)
        if not newly_applied:
            break
        applied |= newly_applied
        merged = _merge_all(planned, {**papers, **drawn}, options)
    divided = [_divided(bundle, limit) for bundle in merged]
    locate = planned.loaded.document.locate
    return divided, [
        *(
            locate(downsampling_note(applied[part.id]), f"/attachments/{part.index}/path")
            for part in planned.packet.attachments
            if part.id in applied
        ),
        *(locate(volumes_note(each.volumes, max_bytes), "/attachments") for each in divided if each.volumes),
    ]


def _merge_all(planned: PlannedCase, contents: Contents, options: BundleOptions) -> list[MergedBundle]:
    """A bundle for each traveller who has something to file."""
    return [_merge(bundle, contents, planned, options) for bundle in planned.packet.bundles if bundle.parts]


def _merge(bundle: Bundle, contents: Contents, planned: PlannedCase, options: BundleOptions) -> MergedBundle:
    page_map = make_page_map(bundle, contents, planned, right_hand=options.right_hand_pages)
    merged = merge_parts(page_map, bundle, contents, planned, two_sided=options.right_hand_pages)
    if options.signature_fields:
        merged = replace(merged, pdf=with_signature_fields(merged.pdf, _fields(merged.pdf, page_map, bundle)))
    return MergedBundle(bundle.person, page_map, merged)


def _fields(pdf: bytes, page_map: PageMap, bundle: Bundle) -> Iterator[SignatureField]:
    """A field for each seal box in the documents that somebody signs."""
    boxes = seal_boxes(pdf)
    signers = {part.id: part.signed_by for part in bundle.parts if isinstance(part, DocumentPart)}
    for row in page_map:
        signer = signers.get(row.id)
        own = [box for box in boxes if row.page <= box.page + 1 <= row.last_page] if signer else []
        for number, box in enumerate(own, start=1):
            yield SignatureField(str(signer), row.id if number == 1 else f"{row.id}-{number}", box)


def _protected(bundle: MergedBundle, password: str | None) -> MergedBundle:
    """The bundle and its volumes, encrypted if there is a password."""
    volumes = tuple(replace(volume, pdf=protect(volume.pdf, password)) for volume in bundle.volumes)
    merged = replace(bundle.merged, pdf=protect(bundle.merged.pdf, password))
    return replace(bundle, merged=merged, volumes=volumes)


def _divided(bundle: MergedBundle, limit: int) -> MergedBundle:
    return replace(bundle, volumes=tuple(split(bundle.name, bundle.merged.pdf, bundle.page_map, limit)))
