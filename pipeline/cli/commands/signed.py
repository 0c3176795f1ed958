"""visa-packet signed"""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.output import CommandReport, emit
from pipeline.cli.shared_options import json_option
from pipeline.cli.terminal import print_json_list
from pipeline.errors import ExitCode
from pipeline.run.signed_entries import signable_manifest, signed_entries


@click.command(short_help="Print attachment entries for signed originals.")
@click.argument("packet", type=click.Path(path_type=Path))
@click.argument("documents", nargs=-1, metavar="[DOCUMENT]...")
@json_option
def signed(packet: Path, documents: tuple[str, ...], as_json: bool) -> int:
    """Print attachment entries for the case, for documents of PACKET that were printed and signed, as a JSON list.

    For programs: `visa-packet add CASE scan.pdf --signed DOCUMENT` writes the entry itself.

    PACKET is the folder of a packet, DOCUMENT the id of a document in it; by default all documents that need a
    signature. The entry contains the hash of the printed text, so that a later change of the case is found. Scan the
    signed document to the path of the entry, or change the path; add "issued_on" with the day of signing.

    \b
    Example:
      visa-packet signed out/wang-xiaoming letter-of-guarantee
    """
    manifest = signable_manifest(packet)
    known = {row.document for row in manifest.documents}
    unknown = sorted(set(documents) - known)
    if unknown:
        raise click.UsageError(f"the packet has no document {unknown[0]!r}; it has: {', '.join(sorted(known))}")
    entries, replaced = signed_entries(manifest, packet, documents)
    emit(CommandReport("signed", ExitCode.OK, replaced, entries), as_json=as_json)
    if not as_json:
        print_json_list(entries)
    return ExitCode.OK
