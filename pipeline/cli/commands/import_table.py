"""visa-packet import"""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from pipeline.case.importing.column_mapping import unconfirmed_lines
from pipeline.case.importing.convert import convert_table
from pipeline.case.importing.csv_file import ENCODINGS
from pipeline.case.importing.table_reading import TableRequest
from pipeline.case.source import CASE_FILE
from pipeline.cli.output import CommandReport, emit, fields_to_json
from pipeline.cli.shared_options import json_option, lang_option
from pipeline.cli.terminal import print_line
from pipeline.errors import CaseError, ExitCode, OutputError, Problem
from pipeline.language import Language
from pipeline.publish.case_files import Status, publish_cases
from pipeline.visa.labels import label


@click.command("import", short_help="Convert the rows of a table to case files.")
@click.argument("table", type=click.Path(path_type=Path))
@click.option(
    "--mapping",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Mapping of columns to fields (docs/import.md).",
)
@click.option("--new-mapping", is_flag=True, help="Propose a mapping for TABLE, and explain it; write no case.")
@click.option(
    "-o",
    "--out",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="Folder for the cases PATH/<case id>/case.json, by default `cases`; with --new-mapping, the file, by default "
    "mapping.json.",
)
@click.option(
    "--encoding",
    type=click.Choice(ENCODINGS),
    default="utf-8",
    show_default=True,
    help="Encoding of a CSV file.",
)
@click.option("--sheet", metavar="NAME", help="With --new-mapping: sheet of a workbook, by default the first.")
@click.option("--skip-wrong", is_flag=True, help="Write the valid rows even if others are invalid.")
@click.option("--force", is_flag=True, help="In a conflict, use the value of the table; replace an existing mapping.")
@lang_option
@json_option
def import_table(
    table: Path,
    mapping: Path | None,
    new_mapping: bool,
    out: Path | None,
    encoding: str,
    sheet: str | None,
    skip_wrong: bool,
    force: bool,
    language: Language,
    as_json: bool,
) -> int:
    """Convert each row of TABLE, a workbook (.xlsx) or a CSV file, to a case file.

    If there are problems, all of them are printed, each with its cell, and nothing is written. Each case is checked
    against its schema, but fields may be missing; rules and papers are checked by `visa-packet validate`. If a case
    exists, only what changed in the table is changed in it. A case of which the table and people changed the same field
    is left as it is.

    \b
    Example:
      visa-packet import patients.xlsx --new-mapping
      visa-packet import patients.xlsx --mapping mapping.json -o cases
      visa-packet import cases.csv --encoding gb18030 --mapping mapping.json -o cases --json
    """
    if new_mapping:
        from pipeline.cli.mapping_proposal import propose_mapping  # noqa: PLC0415 - loads the libraries for questions

        out = out or Path("mapping.json")
        if out.exists() and not force:
            message, hint = "a mapping of this name exists", "choose another name with -o, or --force to replace it"
            raise OutputError(Problem("output", "error", message, hint, str(out)))
        return propose_mapping(table, TableRequest(1, sheet, encoding=encoding), out, language, as_json=as_json)
    if mapping is None:
        raise click.UsageError("give --mapping FILE; `visa-packet import TABLE --new-mapping` proposes one")
    out = out or Path("cases")
    cases, problems = convert_table(table, mapping, encoding)
    if problems and not (skip_wrong and cases):
        raise CaseError([each.in_language(language) for each in problems])
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
    problems = [each.in_language(language) for each in (*unconfirmed_lines(mapping), *problems)]
    emit(CommandReport("import", code, problems, results), as_json=as_json)
    if not as_json:
        counts = {status: list(statuses.values()).count(status) for status in get_args(Status)}
        print_line(label("counts", "imported", language).format(out=out, **counts))
        lacking = sum(bool(case.questions) for case in cases)
        if lacking:
            print_line(label("open", "imported", language).format(open=lacking, all=len(cases), out=out))
    return code
