"""Fitting a bundle into a size limit: its supplied papers are downsampled, as little as possible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from pipeline.attachments.messages import Conversion
from pipeline.attachments.read_paper import read_paper
from pipeline.attachments.unusable import unusable
from pipeline.errors import AttachmentError, Problem, UnusableError
from pipeline.formats.json.reader import JsonFile
from pipeline.formats.messages import worded_problem
from pipeline.packet.packet_parts import AttachmentPart
from pipeline.packet.paper import Paper
from pipeline.packet.planned_case import PlannedCase

COARSER = "size-coarser"


class Downsampling(NamedTuple):
    """Dots per inch and JPEG quality of the pictures in a paper."""

    dpi: int
    quality: int


#: From hardly visible to just legible: the smallest print of a passport needs about 100 dots per inch.
DOWNSAMPLINGS = (Downsampling(300, 85), Downsampling(200, 75), Downsampling(150, 65), Downsampling(110, 50))
#: A paper is replaced only if that saves at least this part of its size.
_WORTH_IT = 0.1


def downsample_papers(
    planned: PlannedCase, papers: Mapping[str, Paper], sizes: Mapping[str, int], limit: int
) -> tuple[dict[str, Paper], dict[str, Downsampling]]:
    """Replace papers until no bundle should be larger than ``limit``, the largest papers first.

    ``sizes`` are the bytes of each file now by name. Return the papers, and the downsampling of the new ones by
    part id: none if all bundles fit or nothing helps. Bundles share what their papers have in common, so the
    caller has to measure them again. Filled forms are kept: they contain hardly any pictures. Raises AttachmentError
    if a file has changed since the case was checked.
    """
    result, applied = dict(papers), dict[str, Downsampling]()
    for bundle in planned.packet.files:
        parts = [part for part in bundle.parts if isinstance(part, AttachmentPart) and not result[part.id].form]
        excess = sizes.get(bundle.name, 0) - limit
        for downsampling in DOWNSAMPLINGS:
            for part in sorted(parts, key=lambda part: len(result[part.id].pdf), reverse=True):
                if excess <= 0:
                    break
                before = result[part.id]
                after = _read_again(part, before, downsampling, planned.loaded.json_file)
                saved = len(before.pdf) - len(after.pdf)
                if saved > len(before.pdf) * _WORTH_IT:
                    result[part.id], applied[part.id] = after, downsampling
                    excess -= saved
    return result, applied


def _read_again(part: AttachmentPart, before: Paper, downsampling: Downsampling, json_file: JsonFile) -> Paper:
    """Return the paper with coarser pictures. In the bundle, it must still look as it did before."""
    attachment, pointer = part.attachment, f"/attachments/{part.index}/path"
    try:
        conversion = Conversion(part.print_size_mm, *downsampling)
        paper = read_paper(json_file.folder, attachment.path, conversion, password_file=attachment.password_file)
    except UnusableError as error:
        raise AttachmentError(json_file.locate(error.problem, pointer)) from None
    if paper.sha256 != before.sha256:
        raise AttachmentError(json_file.locate(unusable("attachment-changed").problem, pointer))
    return replace(paper, pictures=before.pictures)


def downsampling_note(downsampling: Downsampling) -> Problem:
    """Return the note that a paper was downsampled."""
    dpi, quality = downsampling
    problem = worded_problem("size-coarser", room="bundle", dpi=dpi, quality=quality)
    return replace(problem, severity="info")
