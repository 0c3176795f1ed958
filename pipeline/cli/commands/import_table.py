"""visa-packet import"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import get_args

import click

from pipeline.case.importing.column_mapping import unconfirmed_lines
from pipeline.case.importing.convert import ImportedFile, convert_table
from pipeline.case.importing.csv_file import ENCODINGS
from pipeline.case.importing.intake import read_intake
from pipeline.case.importing.table_reading import TableRequest
from pipeline.case.source import CASE_FILE
from pipeline.cli.output import CommandReport, emit, fields_to_json
from pipeline.cli.shared_options import json_option, lang_option, templates_option
from pipeline.cli.terminal import print_line
from pipeline.errors import CaseError, ExitCode, OutputError, Problem
from pipeline.language import Language
from pipeline.packet.set_files import load_template_set
from pipeline.publish.case_files import Status, publish_cases
from pipeline.publish.folder import publish_file
from pipeline.run.case_folder.imported_cases import add_places
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
@click.option("--template", is_flag=True, help="Write TABLE: a workbook to fill in, which needs no mapping.")
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
@click.option("--sheet", metavar="NAME", help="With --new-mapping: sheet of a workbook, by default the largest.")
@click.option("--skip-wrong", is_flag=True, help="Write the valid rows even if others are invalid.")
@click.option("--force", is_flag=True, help="In a conflict, use the value of the table; replace an existing mapping.")
@templates_option
@lang_option
@json_option
def import_table(
    table: Path,
    mapping: Path | None,
    new_mapping: bool,
    template: bool,
    out: Path | None,
    encoding: str,
    sheet: str | None,
    skip_wrong: bool,
    force: bool,
    templates: str,
    language: Language,
    as_json: bool,
) -> int:
    """Convert each row of TABLE, a workbook (.xlsx) or a CSV file, to a case with places for its papers.

    If there are problems, all of them are printed, each with its cell, and nothing is written. Each case is checked
    against its schema, but fields may be missing; rules and papers are checked by `visa-packet validate`. If a case
    exists, only what changed in the table is changed in it. A case of which the table and people changed the same field
    is left as it is.

    A workbook that was written by --template needs no mapping; its hospitals and guarantors become a directory.

    \b
    Example:
      visa-packet import intake.xlsx --template
      visa-packet import patients.xlsx --new-mapping
      visa-packet import patients.xlsx --mapping mapping.json -o cases
      visa-packet import cases.csv --encoding gb18030 --mapping mapping.json -o cases --json
    """
    if new_mapping and template:
        raise click.UsageError("--new-mapping and --template exclude each other")
    if template:
        return _write_template(table, language, force=force, as_json=as_json)
    if new_mapping:
        from pipeline.cli.mapping_proposal import propose_mapping  # noqa: PLC0415 - loads the libraries for questions

        out = out or Path("mapping.json")
        _check_free(out, force=force)
        return propose_mapping(table, TableRequest(1, sheet, encoding=encoding), out, language, as_json=as_json)
    out = out or Path("cases")
    cases, problems = convert_table(table, mapping, encoding) if mapping else _read_intake(table)
    wrong = [each for each in problems if each.severity == "error"]
    if wrong and not (skip_wrong and cases):
        print_line(label("refused", "imported", language).format(good=len(cases)), err=True)
        raise CaseError(problems)
    statuses, conflicts = publish_cases(cases, out, force=force)
    patients = [case for case in cases if case.path.name == CASE_FILE]
    written = [case for case in patients if statuses[case.path] in ("new", "updated")]
    if written:
        add_places(written, out, load_template_set(templates), language)
    problems = [*problems, *conflicts]
    code = ExitCode.SOME_FAILED if [*wrong, *conflicts] else ExitCode.OK
    results = [
        {
            **({"case_id": case.name} if case.path.name == CASE_FILE else {"directory_id": case.path.stem}),
            "row": case.row,
            "path": str(out / case.path),
            "status": statuses[case.path],
            **fields_to_json(case.questions),
        }
        for case in cases
    ]
    problems = [*(unconfirmed_lines(mapping) if mapping else ()), *problems]
    emit(CommandReport("import", code, problems, results, language), as_json=as_json)
    if not as_json:
        for kind, files in (("counts", patients), ("directory", [case for case in cases if case not in patients])):
            if files:
                found = [statuses[each.path] for each in files]
                counts = {status: found.count(status) for status in get_args(Status)}
                print_line(label(kind, "imported", language).format(out=out, **counts))
        lacking = sum(bool(case.questions) for case in cases)
        if lacking:
            print_line(
                label("open", "imported", language).format(open=lacking, all=len(patients), out=shlex.quote(str(out)))
            )
    return code


def _read_intake(table: Path) -> tuple[list[ImportedFile], list[Problem]]:
    """Return the files of a workbook that was filled in. Raise UsageError for another table, which needs a mapping."""
    found = read_intake(table) if table.suffix.lower() == ".xlsx" else None
    if found is None:
        raise click.UsageError("give --mapping FILE; `visa-packet import TABLE --new-mapping` proposes one")
    return found


def _write_template(path: Path, language: Language, *, force: bool, as_json: bool) -> int:
    from pipeline.case.importing.intake_workbook import write_intake  # noqa: PLC0415 - openpyxl is slow to load

    if path.suffix.lower() != ".xlsx":
        raise click.UsageError("the name of the workbook must end in .xlsx")
    _check_free(path, force=force)
    publish_file(write_intake(language), path, lambda _: True)
    emit(CommandReport("import template", ExitCode.OK, (), [{"path": str(path)}]), as_json=as_json)
    if not as_json:
        print_line(label("template", "imported", language).format(file=path))
        print_line(f"  visa-packet import {shlex.quote(str(path))}")
    return ExitCode.OK


def _check_free(path: Path, *, force: bool) -> None:
    """Raise OutputError if a file that people may have changed would be replaced."""
    if path.exists() and not force:
        message, hint = "a file of this name exists", "choose another name, or --force to replace it"
        raise OutputError(Problem("output", "error", message, hint, str(path)))
