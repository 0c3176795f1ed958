"""visa-packet verify"""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.many import attempt
from pipeline.cli.options import directory_option, json_option
from pipeline.cli.report import Report, emit, told
from pipeline.verify import Since, verify_path


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
@json_option
def verify(path: Path, case: Path | None, directory: Path | None, templates: str | None, as_json: bool) -> int:
    """Check the packet at PATH, its folder or its bundle.pdf, against its manifest.

    Recomputes every hash, opens each bundle with several parsers, and compares pages, numbers, outline, destinations,
    fonts and texts with the manifest and with the documents' own files. Says whether the rules and the templates have
    changed since, and with --case whether the case has, and whether the documents still say what was made of it.

    \b
    Example:
      visa-packet verify out/wang-xiaoming
      visa-packet verify out/wang-xiaoming --case examples/wang-xiaoming/case.json
    """
    outcome = attempt(lambda: verify_path(path, Since(case, directory, templates)))
    result = {
        "path": str(path),
        "ok": outcome.value is not None,
        "problems": [told(problem) for problem in outcome.problems],
    }
    emit(Report("verify", outcome.code, (), [result]), as_json=as_json)
    if outcome.value is not None and not as_json:
        pages = sum(bundle["pages"] for bundle in outcome.value["bundles"])
        files = len(outcome.value["outputs"])
        click.echo(f"{path}: right ({files} files, {pages} pages to file, as of {outcome.value['as_of']})")
    return outcome.code
