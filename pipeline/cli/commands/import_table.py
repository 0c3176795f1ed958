"""visa-packet import"""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.case.importing.convert import convert_table
from pipeline.case.importing.csv_file import ENCODINGS
from pipeline.case.source import CASE_FILE
from pipeline.cli.output import CommandReport, emit, fields_to_json
from pipeline.cli.shared_options import json_option
from pipeline.cli.terminal import print_line
from pipeline.errors import CaseError, ExitCode
from pipeline.language import format_count
from pipeline.publish.case_files import publish_cases


@click.command("import", short_help="Convert the rows of a table to case files.")
@click.argument("table", type=click.Path(path_type=Path))
@click.option(
    "--mapping",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Mapping of columns to fields (docs/import.md).",
)
@click.option(
    "-o",
    "--out",
    default="cases",
    show_default=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder for the cases DIR/<case id>/case.json.",
)
@click.option(
    "--encoding",
    type=click.Choice(ENCODINGS),
    default="utf-8",
    show_default=True,
    help="Encoding of a CSV file.",
)
@click.option("--skip-wrong", is_flag=True, help="Write the valid rows even if others are invalid.")
@click.option("--force", is_flag=True, help="In a conflict, use the value of the table.")
@json_option
def import_table(
    table: Path, mapping: Path, out: Path, encoding: str, skip_wrong: bool, force: bool, as_json: bool
) -> int:
    """Convert each row of TABLE, a workbook (.xlsx) or a CSV file, to a case file.

    If there are problems, all of them are printed, each with its cell, and nothing is written. Each case is checked
    against its schema; rules and papers are checked by `visa-packet validate`. If a case exists, only what changed in
    the table is changed in it. A case of which the table and people changed the same field is left as it is.

    \b
    Example:
      visa-packet import examples/table/cases.xlsx --mapping examples/table/mapping.json -o cases
      visa-packet import cases.csv --encoding gb18030 --mapping mapping.json -o cases --json
    """
    cases, problems = convert_table(table, mapping, encoding)
    if problems and not (skip_wrong and cases):
        raise CaseError(problems)
    statuses, conflicts = publish_cases(cases, out, force=force)
    problems = [*problems, *conflicts]
    code = ExitCode.SOME_FAILED if problems else ExitCode.OK
    results = [
        {
            "case_id": case.case_id,
            "row": case.row,
            "file": str(out / case.case_id / CASE_FILE),
            "status": statuses[case.case_id],
            **fields_to_json(case.questions),
        }
        for case in cases
    ]
    emit(CommandReport("import", code, problems, results), as_json=as_json)
    if not as_json:
        counts = [
            f"{list(statuses.values()).count(status)} {status}"
            for status in ("new", "updated", "unchanged", "conflict")
        ]
        print_line(f"{out}: {', '.join(counts)}")
        incomplete = sum(bool(case.questions) for case in cases)
        if incomplete:
            line = f"{incomplete} of {format_count(len(cases), 'case')}: required fields are missing"
            print_line(f"{line}; `visa-packet status {out}` asks for them")
    return code
