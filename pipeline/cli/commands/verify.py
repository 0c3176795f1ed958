"""visa-packet verify"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from pipeline.cli.outcome import attempt
from pipeline.cli.output import CommandReport, emit, problem_to_json
from pipeline.cli.passwords import PASSWORD, password_file_option, read_password
from pipeline.cli.shared_options import directory_option, json_option
from pipeline.cli.terminal import print_line
from pipeline.language import format_count
from pipeline.publish.verify.changes import CurrentInputs
from pipeline.publish.verify.verify import Verified, verify_path


@click.command(short_help="Check a packet against its manifest.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--case",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="CASE",
    help="Case file of the packet: report whether the case, its papers or the directory have changed since the build.",
)
@directory_option
@click.option(
    "--templates",
    metavar="SET",
    help="Template set to compare with; by default the shipped set of the same name.",
)
@password_file_option("of an encrypted packet")
@click.option(
    "--trust",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Certificates (PEM or DER) of the authorities that certify signers; by default, this is not checked.",
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

    Recompute every hash, open each bundle with several parsers, and compare pages, numbers, outline, destinations,
    metadata and texts with the manifest and with the files of the documents. Report whether the rules and the templates
    have changed since the build; with --case, also whether the case has changed, and whether the documents still match
    it. For a signed bundle, list the signatures, and report anything else that was added. Without its password, only
    the hashes of an encrypted packet are checked.

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
        "problems": [problem_to_json(problem) for problem in outcome.problems],
    }
    emit(CommandReport("verify", outcome.code, (), [result]), as_json=as_json)
    if verified is not None and not as_json:
        _print(path, verified)
    return outcome.code


def _print(path: Path, verified: Verified) -> None:
    manifest = verified.manifest
    files = len(manifest.outputs)
    numbers = f"{format_count(files, 'file')}, {format_count(manifest.pages_to_file, 'page')} to file"
    print_line(f"{path}: verified: {numbers}, as of {manifest.as_of}")
    if not verified.looked_into:
        print_line("encrypted: only hashes were checked; use --password-file to check the contents")
    for row in _signatures(verified):
        trust = {True: "certified", False: "not certified", None: "certificate not checked: --trust"}[row["trusted"]]
        print_line(f"{row['bundle']}: {row['field']} signed by {row['signer']}, {row['signed_at']} ({trust})")


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
