"""Bundles in tests: merged from pieces, and looked into as ``verify`` does."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pipeline.bundle.manifest_rows import BundleRow, PageMapRow
from pipeline.bundle.merge_messages import Merged
from pipeline.bundle.piece import Piece
from pipeline.formats.pdf.reading import page_count
from pipeline.publish.verify.check_messages import BundleCheck, BundleFindings, Finding
from pipeline.system.atomic import sha256
from pipeline.system.limited_client import LIMITED
from pipeline.system.limited_process import ProcessLimits

_CHECK = "pipeline.publish.verify.check_task:answer_check"


def differences(merged: Merged, pieces: Sequence[Piece], case_id: str) -> tuple[Finding, ...]:
    """What ``verify`` finds in a bundle of supplied papers that was just merged."""
    rows = tuple(
        PageMapRow(
            piece.id,
            "attachment",
            None,
            piece.title,
            piece.page,
            page_count(piece.pdf),
            len(piece.pdf),
            None,
            unsigned=False,
        )
        for piece in pieces
    )
    row = BundleRow(
        kind="working_file",  # whose numbers have the case id
        person="patient",
        path="bundle.pdf",
        sha256=sha256(merged.pdf),
        bytes=len(merged.pdf),
        pages=rows[-1].last_page,
        blank_pages=merged.blank_pages,
        pdf_a=not merged.obstacles,
        not_pdf_a=merged.obstacles,
        page_map=rows,
        volumes=(),
    )
    check = BundleCheck(merged.pdf, row, case_id, documents={}, password=None, key=None, fresh=False)
    answer = LIMITED.call(_CHECK, msgspec.msgpack.encode(check), ProcessLimits(60, 180, 2_000_000_000))
    return msgspec.msgpack.decode(answer, type=BundleFindings).findings
