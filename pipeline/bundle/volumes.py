"""Volumes of a bundle that is too large for one file. It is divided between documents."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

import pikepdf
from msgspec import structs

from pipeline.bundle.manifest_rows import PageMapRow
from pipeline.bundle.merge_messages import Volume
from pipeline.errors import Problem
from pipeline.formats.messages import worded_problem

#: Annotations that make sense only in the undivided bundle.
_BUNDLE_ANNOTATIONS = (pikepdf.Name.Link, pikepdf.Name.Widget)


def split(name: str, bundle: bytes, page_map: Sequence[PageMapRow], limit: int) -> list[Volume]:
    """Divide a bundle between its documents into as few volumes of at most ``limit`` bytes as possible.

    The volumes of bundle.pdf are bundle-1of2.pdf and so on. A document that is larger gets a volume of its own.
    A bundle that fits is not divided.
    """
    if len(bundle) <= limit:
        return []
    with pikepdf.open(io.BytesIO(bundle)) as pdf:
        starts = [part.page for part in page_map]
        ends = [*(start - 1 for start in starts[1:]), len(pdf.pages)]
        volumes: list[Volume] = []
        first = 0
        while first < len(starts):
            last, volume = first, _volume(pdf, starts[first], ends[first], page_map[first : first + 1])
            while last + 1 < len(starts):
                longer = _volume(pdf, starts[first], ends[last + 1], page_map[first : last + 2])
                if len(longer.pdf) > limit:
                    break
                last, volume = last + 1, longer
            volumes.append(volume)
            first = last + 1
    stem = name.removesuffix(".pdf")
    count = len(volumes)
    width = len(str(count))  # so that lists of files are in order
    return [structs.replace(each, name=f"{stem}-{n:0{width}}of{count}.pdf") for n, each in enumerate(volumes, 1)]


def _volume(pdf: pikepdf.Pdf, page: int, end: int, parts: Sequence[PageMapRow]) -> Volume:
    with pikepdf.new() as new:
        for source in pdf.pages[page - 1 : end]:
            new.pages.append(source)
        for copy in new.pages:
            _drop_links(copy)
        with new.open_outline() as outline:
            outline.root.extend(pikepdf.OutlineItem(part.title, part.page - page) for part in parts)
        new.docinfo["/Title"] = str(pdf.docinfo.get("/Title", ""))
        new.docinfo["/Producer"] = str(pdf.docinfo.get("/Producer", ""))
        new.Root.Lang = pdf.Root.get("/Lang", "ja")
        new.Root.PageMode = pikepdf.Name.UseOutlines
        new.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        # Pages keep the numbers that they have in the bundle.
        first = pikepdf.Dictionary(S=pikepdf.Name.D, St=page)
        new.Root.PageLabels = pikepdf.Dictionary(Nums=pikepdf.Array([0, first]))
        out = io.BytesIO()
        new.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return Volume(out.getvalue(), page, len(new.pages))


def _drop_links(page: pikepdf.Page) -> None:
    """Remove links, which may lead to another volume, and signature fields, which belong to the bundle."""
    annotations = page.obj.get("/Annots")
    if isinstance(annotations, pikepdf.Array):
        others = [each for each in annotations if each.get("/Subtype") not in _BUNDLE_ANNOTATIONS]
        page.obj.Annots = pikepdf.Array(others)


def volumes_note(volumes: Sequence[Volume], limit: int) -> Problem:
    """Return the finding that a bundle was divided, or that a volume is still too large."""
    megabytes, count = f"{limit / 1_000_000:g}", len(volumes)
    if any(len(volume.pdf) > limit for volume in volumes):
        problem = worded_problem("size-exceeded", room="bundle", megabytes=megabytes)
        return replace(problem, severity="warning")
    return replace(worded_problem("size-split", room="bundle", megabytes=megabytes, count=count), severity="info")
