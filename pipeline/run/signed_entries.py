"""Entries of signed originals: for documents of a published packet that were printed and signed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from pipeline.errors import InputError, Problem
from pipeline.formats.messages import worded_problem
from pipeline.packet.packet_parts import document_part_id
from pipeline.publish.manifest import DocumentRow, Manifest
from pipeline.publish.verify.verify import verify_path


def signable_manifest(packet: Path) -> Manifest:
    """Return the manifest of a packet whose documents can be signed. Raises VerificationError or InputError."""
    manifest = verify_path(packet).manifest
    if manifest.state == "draft":
        raise InputError(replace(worded_problem("signed-draft", room="run"), file=str(packet)))
    return manifest


def signed_entries(
    manifest: Manifest, packet: Path, documents: Collection[str]
) -> tuple[list[dict[str, str]], list[Problem]]:
    """Return the entries of ``documents``, by default of all to be signed, and the problems of those that have none.

    Raises InputError with them if the documents were named.
    """
    rows = [row for row in manifest.documents if (row.document in documents if documents else row.signed_by)]
    changed = [replace(_problem(row), file=str(packet)) for row in rows if _hides_a_change(row)]
    if changed and documents:
        raise InputError(changed)
    warnings = [replace(problem, severity="warning") for problem in changed]
    return [_entry(row) for row in rows if not _hides_a_change(row)], warnings


def _hides_a_change(row: DocumentRow) -> bool:
    """Return True if the packet has a signed original of another text, or one that could not be compared."""
    return row.signed is not None and row.printed_sha256 != row.text_sha256


def _problem(row: DocumentRow) -> Problem:
    return worded_problem("signed-changed", room="run", document=document_part_id(row.document, row.person))


def _entry(row: DocumentRow) -> dict[str, str]:
    return {
        "role": "signed",
        "document": row.document,
        "person": row.person,
        "path": f"papers/signed-{document_part_id(row.document, row.person)}.pdf",
        "printed_hash": row.text_sha256,
    }
