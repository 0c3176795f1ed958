"""visa-packet import"""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.case.importing.convert import convert_table
from pipeline.case.importing.csv_file import ENCODINGS
from pipeline.cli.output import Report, emit
from pipeline.cli.shared_options import json_option
from pipeline.errors import CaseError, ExitCode
from pipeline.publish.case_files import publish_cases


@click.command("import", short_help="Make case files of the rows of a table.")
@click.argument("table", type=click.Path(path_type=Path))
@click.option(
    "--mapping",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Which column goes to which field (docs/import.md).",
)
@click.option(
    "-o",
    "--out",
    default="cases",
    show_default=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder for the case files; each is DIR/<case id>.json.",
)
@click.option(
    "--encoding", type=click.Choice(ENCODINGS), default="utf-8", show_default=True, help="How a CSV file is written."
)
@click.option("--skip-wrong", is_flag=True, help="Write the rows that are right also when others are wrong.")
@click.option("--force", is_flag=True, help="Replace also cases that were changed since they were imported.")
@json_option
def import_table(
    table: Path, mapping: Path, out: Path, encoding: str, skip_wrong: bool, force: bool, as_json: bool
) -> int:
    """Make a case file of each row of TABLE, a workbook (.xlsx) or a CSV file.

    Every problem is told at once, with its cell, and then nothing is written. Each case is checked by its schema;
    rules and papers are for `visa-packet validate`. A case that people changed since is not replaced.

    \b
    Example:
      visa-packet import examples/table/cases.xlsx --mapping examples/table/mapping.json -o cases
      visa-packet import cases.csv --encoding gb18030 --mapping mapping.json -o cases --json
    """
    made, problems = convert_table(table, mapping, encoding)
    if problems and not (skip_wrong and made):
        raise CaseError(problems)
    statuses = publish_cases(made, out, force=force)
    code = ExitCode.SOME_FAILED if problems else ExitCode.OK
    results = [
        {
            "case_id": case.case_id,
            "row": case.row,
            "file": str(out / f"{case.case_id}.json"),
            "status": statuses[case.case_id],
        }
        for case in made
    ]
    emit(Report("import", code, problems, results), as_json=as_json)
    if not as_json:
        counts = [f"{list(statuses.values()).count(status)} {status}" for status in ("new", "replaced", "unchanged")]
        click.echo(f"{out}: {', '.join(counts)}")
    return code
