"""The bundles of a packet, one for each traveller, and the working file, merged and fitted into a size limit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from msgspec import structs

from pipeline.attachments.unusable import unusable
from pipeline.bundle.fit_size import DOWNSAMPLINGS, Downsampling, downsample_papers, downsampling_note
from pipeline.bundle.manifest_rows import BundleRow, PageMap
from pipeline.bundle.merge_client import MergeError, finish_limited, merge_limited
from pipeline.bundle.merge_messages import FinishRequest, Merged, MergeFailure, Volume
from pipeline.bundle.page_map import Contents, make_page_map, merge_request
from pipeline.bundle.volumes import volumes_note
from pipeline.documents.document import DrawnDocument
from pipeline.errors import AttachmentError, Problem
from pipeline.formats.messages import prefixed, words
from pipeline.options import BundleOptions
from pipeline.packet.packet_parts import Bundle
from pipeline.packet.paper import Paper
from pipeline.packet.planned_case import PlannedCase
from pipeline.system.atomic import sha256

#: Reserve for encryption in bytes: it enlarges each stream of a bundle by a few.
_ENCRYPTION_BYTES = 64_000


@dataclass(frozen=True, slots=True)
class MergedBundle:
    """A bundle or the working file, and its volumes if it is larger than the size limit."""

    bundle: Bundle
    page_map: PageMap
    merged: Merged
    volumes: tuple[Volume, ...] = ()

    @property
    def files(self) -> dict[str, bytes]:
        """The files by name."""
        return {self.bundle.name: self.merged.pdf, **{volume.name: volume.pdf for volume in self.volumes}}

    @property
    def row(self) -> BundleRow:
        """The row in the manifest."""
        return BundleRow(
            kind="bundle" if self.bundle.is_filed else "working_file",
            person=self.bundle.person,
            path=self.bundle.name,
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
    merged = _merge_all(planned, {**papers, **drawn}, options)
    limit: int | None = None
    applied: dict[str, Downsampling] = {}
    if options.max_bytes is not None:  # papers are downsampled first, then a bundle is divided into volumes
        limit = options.max_bytes - (_ENCRYPTION_BYTES if options.password else 0)
        for _ in DOWNSAMPLINGS:
            sizes = {each.bundle.name: len(each.merged.pdf) for each in merged}
            papers, newly_applied = downsample_papers(planned, papers, sizes, limit)
            if not newly_applied:
                break
            applied |= newly_applied
            merged = _merge_all(planned, {**papers, **drawn}, options)
    if limit is not None or options.password is not None:
        merged = [_finish(bundle, planned, limit, options.password) for bundle in merged]
    return merged, list(_notes(planned, applied, merged, options.max_bytes or 0))


def _merge_all(planned: PlannedCase, contents: Contents, options: BundleOptions) -> list[MergedBundle]:
    """A bundle for each traveller who has something to file, and the working file."""
    bundles = [bundle for bundle in planned.packet.files if bundle.parts]
    maps = [make_page_map(bundle, contents, planned, right_hand=options.right_hand_pages) for bundle in bundles]
    requests = [
        merge_request(page_map, bundle, contents, planned, options)
        for page_map, bundle in zip(maps, bundles, strict=True)
    ]
    try:
        merged = merge_limited(requests)
    except MergeError as error:
        raise _attachment_error(error.failure, planned) from None
    return [MergedBundle(*each) for each in zip(bundles, maps, merged, strict=True)]


def _finish(merged: MergedBundle, planned: PlannedCase, limit: int | None, password: str | None) -> MergedBundle:
    """The bundle divided into volumes if it is larger than ``limit``, and all encrypted if there is a password."""
    try:
        finished = finish_limited(
            FinishRequest(merged.bundle.name, merged.merged.pdf, merged.page_map, limit, password)
        )
    except MergeError as error:
        raise _attachment_error(error.failure, planned) from None
    return replace(merged, merged=structs.replace(merged.merged, pdf=finished.pdf), volumes=finished.volumes)


def _attachment_error(failure: MergeFailure, planned: PlannedCase) -> AttachmentError:
    """The error of the supplied paper that cannot be merged; of all of them if none alone is at fault."""
    part = next((part for part in planned.packet.attachments if part.id == failure.piece), None)
    if part is None and failure.piece is not None:
        raise RuntimeError(failure.key)  # a document of this program
    role = "" if part is None else part.attachment.role
    person = "" if part is None else part.person
    subject = words("papers", "all" if part is None else "of", room="attachments", role=role, person=person)
    pointer = "/attachments" if part is None else f"/attachments/{part.index}/path"
    problem = prefixed(unusable(failure.key, **failure.parts).problem, subject)
    return AttachmentError(planned.loaded.json_file.locate(problem, pointer))


def _notes(
    planned: PlannedCase, applied: Mapping[str, Downsampling], bundles: Iterable[MergedBundle], max_bytes: int
) -> Iterator[Problem]:
    """Notes on papers that were downsampled, and on bundles that were divided."""
    locate = planned.loaded.json_file.locate
    for part in planned.packet.attachments:
        if part.id in applied:
            yield locate(downsampling_note(applied[part.id]), f"/attachments/{part.index}/path")
    for bundle in bundles:
        if bundle.volumes:
            yield locate(volumes_note(bundle.volumes, max_bytes), "/attachments")
