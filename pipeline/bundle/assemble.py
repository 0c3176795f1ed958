"""The bundles of a packet, one for each traveller: merged, and made to fit where they are uploaded or mailed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.bundle.fit_size import make_fit
from pipeline.bundle.manifest_rows import BundleRow, PageMap
from pipeline.bundle.merge import Merged
from pipeline.bundle.page_map import make_page_map, merge_parts
from pipeline.bundle.seal_boxes import seal_boxes
from pipeline.bundle.signature_fields import SignatureField, with_signature_fields
from pipeline.bundle.volumes import Volume, split, told_of_volumes
from pipeline.case.people import PATIENT
from pipeline.documents.document import Drawn
from pipeline.errors import Problem
from pipeline.formats.pdf.encryption import protected
from pipeline.options import Options
from pipeline.packet.checked import Checked
from pipeline.packet.file_names import BUNDLE_NAME
from pipeline.packet.paper import Paper
from pipeline.packet.plan import Bundle, DocumentPart
from pipeline.system.atomic import sha256

#: By so much encryption may make a bundle larger: some bytes for each of its streams.
_ENCRYPTION_BYTES = 64_000


@dataclass(frozen=True, slots=True)
class MergedBundle:
    """What ``person`` files, and the volumes in which it is there again when it does not fit in one file."""

    person: str
    page_map: PageMap
    merged: Merged
    volumes: tuple[Volume, ...] = ()

    @property
    def name(self) -> str:
        """Name of its file."""
        return BUNDLE_NAME if self.person == PATIENT else f"bundle-{self.person}.pdf"

    @property
    def files(self) -> dict[str, bytes]:
        """Its files by name."""
        return {self.name: self.merged.pdf, **{volume.name: volume.pdf for volume in self.volumes}}

    @property
    def row(self) -> BundleRow:
        """Its row in the manifest."""
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


def make_bundles(
    checked: Checked, drawn: Mapping[str, Drawn], options: Options
) -> tuple[list[MergedBundle], list[Problem]]:
    """Every bundle of the packet, and what was done to make them fit. Raises AttachmentError."""
    merged, told = _fitting(checked, drawn, options)
    return [_protected(bundle, options.password) for bundle in merged], told


def _fitting(
    checked: Checked, drawn: Mapping[str, Drawn], options: Options
) -> tuple[list[MergedBundle], list[Problem]]:
    merged = _merge_all(checked, drawn, options)
    if options.max_bytes is None:
        return merged, []
    limit = options.max_bytes - (_ENCRYPTION_BYTES if options.password else 0)

    def measure(papers: Mapping[str, Paper]) -> dict[str, int]:
        tried = _merge_all(replace(checked, papers=papers), drawn, options)
        return {bundle.person: len(bundle.merged.pdf) for bundle in tried}

    papers, told = make_fit(checked, measure, limit)
    if told:
        merged = _merge_all(replace(checked, papers=papers), drawn, options)
    divided = [_divided(bundle, limit) for bundle in merged]
    document = checked.loaded.document
    told += [
        document.locate(told_of_volumes(each.volumes, options.max_bytes), "/attachments")
        for each in divided
        if each.volumes
    ]
    return divided, told


def _merge_all(checked: Checked, drawn: Mapping[str, Drawn], options: Options) -> list[MergedBundle]:
    """A companion may have nothing to file."""
    return [_merge(bundle, checked, drawn, options) for bundle in checked.packet.bundles if bundle.parts]


def _merge(bundle: Bundle, checked: Checked, drawn: Mapping[str, Drawn], options: Options) -> MergedBundle:
    page_map = make_page_map(bundle, checked, drawn, options)
    merged = merge_parts(page_map, bundle, checked, drawn, options)
    if options.signature_fields:
        merged = replace(merged, pdf=with_signature_fields(merged.pdf, _fields(merged.pdf, page_map, bundle)))
    return MergedBundle(bundle.person, page_map, merged)


def _fields(pdf: bytes, page_map: PageMap, bundle: Bundle) -> Iterator[SignatureField]:
    """A field for each place for a seal of the documents that somebody signs."""
    places = seal_boxes(pdf)
    signers = {part.id: part.signed_by for part in bundle.parts if isinstance(part, DocumentPart)}
    for row in page_map:
        signer = signers.get(row.id)
        own = [place for place in places if row.page <= place.page + 1 <= row.last_page] if signer else []
        for number, place in enumerate(own, start=1):
            yield SignatureField(str(signer), row.id if number == 1 else f"{row.id}-{number}", place)


def _protected(bundle: MergedBundle, password: str | None) -> MergedBundle:
    """The bundle and its volumes, readable only with the password if there is one."""
    volumes = tuple(replace(volume, pdf=protected(volume.pdf, password)) for volume in bundle.volumes)
    merged = replace(bundle.merged, pdf=protected(bundle.merged.pdf, password))
    return replace(bundle, merged=merged, volumes=volumes)


def _divided(bundle: MergedBundle, limit: int) -> MergedBundle:
    return replace(bundle, volumes=tuple(split(bundle.name, bundle.merged.pdf, bundle.page_map, limit)))
