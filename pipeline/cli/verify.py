"""visa-packet verify"""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.many import attempt
from pipeline.cli.options import json_option
from pipeline.cli.report import Report, emit, told
from pipeline.verify import verify_path


@click.command(short_help="Check that a packet is what its manifest says.")
@click.argument("path", type=click.Path(path_type=Path))
@json_option
def verify(path: Path, as_json: bool) -> int:
    """Check the packet at PATH, its folder or its bundle.pdf, against its manifest.

    Recomputes every hash, counts the pages with two parsers, and compares the outline of each bundle with its page map.

    \b
    Example:
      visa-packet verify out/wang-xiaoming
    """
    outcome = attempt(lambda: verify_path(path))
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
