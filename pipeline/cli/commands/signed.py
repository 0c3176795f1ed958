"""visa-packet signed"""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.output import CommandReport, emit
from pipeline.cli.shared_options import json_option
from pipeline.cli.terminal import print_json
from pipeline.errors import ExitCode, InputError, Problem
from pipeline.publish.manifest import DocumentRow
from pipeline.publish.verify.verify import verify_path


@click.command(short_help="Print attachment entries for signed originals.")
@click.argument("packet", type=click.Path(path_type=Path))
@click.argument("documents", nargs=-1, metavar="[DOCUMENT]...")
@json_option
def signed(packet: Path, documents: tuple[str, ...], as_json: bool) -> int:
    """Print attachment entries for the case, for documents of PACKET that were printed and signed.

    PACKET is the folder of a packet, DOCUMENT the id of a document in it; by default all documents that need a
    signature. The entry contains the hash of the printed text, so that a later change of the case is found. Scan the
    signed document to the path of the entry, or change the path; add "issued_on" with the day of signing.

    \b
    Example:
      visa-packet signed out/wang-xiaoming letter-of-guarantee
    """
    manifest = verify_path(packet).manifest
    if manifest.state == "draft":
        message, hint = (
            "this packet is a draft, and drafts are not signed",
            "build it without --draft, and print that packet",
        )
        raise InputError(Problem("signed-draft", "error", message, hint, str(packet)))
    known = {row.document for row in manifest.documents}
    unknown = sorted(set(documents) - known)
    if unknown:
        raise click.UsageError(f"the packet has no document {unknown[0]!r}; it has: {', '.join(sorted(known))}")
    rows = [row for row in manifest.documents if (row.document in documents if documents else row.signed_by)]
    replaced = [_replaced(row, packet, is_named=bool(documents)) for row in rows if _hides_a_change(row)]
    if replaced and documents:
        raise InputError(replaced)
    entries = [_entry(row) for row in rows if not _hides_a_change(row)]
    emit(CommandReport("signed", ExitCode.OK, replaced, entries), as_json=as_json)
    if not as_json:
        for entry in entries:
            print_json(entry, after=",")
    return ExitCode.OK


def _hides_a_change(row: DocumentRow) -> bool:
    """Return True if the packet has a signed original of another text, or one that could not be compared."""
    return row.signed is not None and row.printed_sha256 != row.text_sha256


def _replaced(row: DocumentRow, packet: Path, *, is_named: bool) -> Problem:
    name = row.document if row.person == "patient" else f"{row.person}-{row.document}"
    message = f"{name}: this packet has a signed original of another or an unknown text, so today's text was not signed"
    hint = "to have it signed again, remove the entry from the case, build, and print the document of that packet"
    return Problem("signed-changed", "error" if is_named else "warning", message, hint, str(packet))


def _entry(row: DocumentRow) -> dict[str, str]:
    name = row.document if row.person == "patient" else f"{row.person}-{row.document}"
    return {
        "role": "signed",
        "document": row.document,
        "person": row.person,
        "path": f"papers/signed-{name}.pdf",
        "printed_hash": row.text_sha256,
    }
