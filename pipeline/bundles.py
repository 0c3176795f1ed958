"""The bundles of a packet, one for each traveller: merged, and made to fit where they are uploaded or mailed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipeline.attach import Paper
from pipeline.bundle import Merged
from pipeline.check import Checked, Options
from pipeline.draw import Drawn
from pipeline.errors import Problem
from pipeline.manifest import BUNDLE_NAME, sha256
from pipeline.pagemap import PageMap, make_page_map, merge_parts
from pipeline.plan import PATIENT, Bundle
from pipeline.shrink import make_fit
from pipeline.split import Volume, split, told_of_volumes


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
    def described(self) -> dict[str, Any]:
        """The bundle as the manifest has it."""
        return {
            "person": self.person,
            "path": self.name,
            "sha256": sha256(self.merged.pdf),
            "bytes": len(self.merged.pdf),
            "pages": int(self.page_map[-1]["page"] + self.page_map[-1]["pages"] - 1),
            "blank_pages": list(self.merged.blank_pages),
            "pdf_a": not self.merged.obstacles,
            "not_pdf_a": [{"part": part, "reason": reason} for part, reason in self.merged.obstacles],
            "page_map": list(self.page_map),
            "volumes": [volume.row for volume in self.volumes],
        }


def make_bundles(
    checked: Checked, drawn: Mapping[str, Drawn], options: Options
) -> tuple[list[MergedBundle], list[Problem]]:
    """Every bundle of the packet, and what was done to make them fit. Raises AttachmentError."""
    merged = _merge_all(checked, drawn, options)
    if options.max_bytes is None:
        return merged, []

    def measure(papers: Mapping[str, Paper]) -> dict[str, int]:
        tried = _merge_all(replace(checked, papers=papers), drawn, options)
        return {bundle.person: len(bundle.merged.pdf) for bundle in tried}

    papers, told = make_fit(checked, measure, options.max_bytes)
    if told:
        merged = _merge_all(replace(checked, papers=papers), drawn, options)
    divided = [_divided(bundle, options.max_bytes) for bundle in merged]
    document = checked.loaded.document
    told += [told_of_volumes(each.volumes, options.max_bytes, document) for each in divided if each.volumes]
    return divided, told


def _merge_all(checked: Checked, drawn: Mapping[str, Drawn], options: Options) -> list[MergedBundle]:
    """A companion may have nothing to file."""
    return [_merge(bundle, checked, drawn, options) for bundle in checked.packet.bundles if bundle.parts]


def _merge(bundle: Bundle, checked: Checked, drawn: Mapping[str, Drawn], options: Options) -> MergedBundle:
    page_map = make_page_map(bundle, checked, drawn, options)
    return MergedBundle(bundle.person, page_map, merge_parts(page_map, bundle, checked, drawn, options))


def _divided(bundle: MergedBundle, limit: int) -> MergedBundle:
    return replace(bundle, volumes=tuple(split(bundle.name, bundle.merged.pdf, bundle.page_map, limit)))
