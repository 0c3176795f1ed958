"""visa-packet verify"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from pipeline.cli.outcome import attempt
from pipeline.cli.output import Report, emit, told
from pipeline.cli.passwords import PASSWORD, password_file_option, read_password
from pipeline.cli.shared_options import directory_option, json_option
from pipeline.publish.verify.changes import CurrentInputs
from pipeline.publish.verify.verify import Verified, verify_path


@click.command(short_help="Check that a packet is what its manifest says.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--case",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="CASE",
    help="The case file that the packet was made from: whether it, its papers or the directory have changed since.",
)
@directory_option
@click.option(
    "--templates",
    metavar="SET",
    help="A template set to compare with; by default the shipped one of the same name, if there is one.",
)
@password_file_option("of an encrypted packet")
@click.option(
    "--trust",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Certificates (PEM or DER) of those who certify signers; without, it is not asked who certified them.",
)
@json_option
def verify(
    path: Path,
    case: Path | None,
    directory: Path | None,
    templates: str | None,
    password_file: Path | None,
    trust: Path | None,
    as_json: bool,
) -> int:
    """Check the packet at PATH, its folder or its bundle.pdf, against its manifest.

    Recomputes every hash, opens each bundle with several parsers, and compares pages, numbers, outline, destinations,
    fonts and texts with the manifest and with the documents' own files. Says whether the rules and the templates have
    changed since, and with --case whether the case has, and whether the documents still say what was made of it.
    Of a signed bundle, tells who signed what, and whether anything else was added. Of an encrypted packet, only the
    hashes are looked at without its password.

    \b
    Example:
      visa-packet verify out/wang-xiaoming
      visa-packet verify out/wang-xiaoming --case examples/wang-xiaoming/case.json
    """
    password = read_password(password_file, PASSWORD) if password_file or PASSWORD in os.environ else None
    roots = trust.read_bytes() if trust else None
    current = CurrentInputs(case, directory, templates)
    outcome = attempt(lambda: verify_path(path, current, password=password, roots=roots))
    verified = outcome.value
    result = {
        "path": str(path),
        "ok": verified is not None,
        "looked_into": verified.looked_into if verified else None,
        "signatures": list(_signatures(verified)) if verified else [],
        "problems": [told(problem) for problem in outcome.problems],
    }
    emit(Report("verify", outcome.code, (), [result]), as_json=as_json)
    if verified is not None and not as_json:
        _print(path, verified)
    return outcome.code


def _print(path: Path, verified: Verified) -> None:
    manifest = verified.manifest
    pages = sum(bundle.pages for bundle in manifest.bundles)
    files = len(manifest.outputs)
    click.echo(f"{path}: right ({files} files, {pages} pages to file, as of {manifest.as_of})")
    if not verified.looked_into:
        click.echo("encrypted: only hashes were compared; give --password-file to look into it")
    for row in _signatures(verified):
        trust = {True: "certified", False: "not certified", None: "certificate not asked for: --trust"}[row["trusted"]]
        click.echo(f"{row['bundle']}: {row['field']} signed by {row['signer']}, {row['signed_at']} ({trust})")


def _signatures(verified: Verified) -> Iterator[dict[str, Any]]:
    for bundle, signatures in verified.signatures.items():
        for each in signatures:
            yield {
                "bundle": bundle,
                "field": each.field,
                "signer": each.signer,
                "signed_at": each.signed_at.isoformat() if each.signed_at else None,
                "trusted": each.is_trusted,
            }
