"""visa-packet templates check"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from pipeline.authoring.check.reporters import (
    display_path,
    format_github,
    format_json,
    format_lines,
    format_more_places,
    format_sarif,
    group_findings,
)
from pipeline.authoring.check.sets import CheckedSet, check_sets
from pipeline.authoring.check.workers import SECONDS_VARIABLE, STEP_SECONDS
from pipeline.cli.output import COLOURS, CommandReport, emit
from pipeline.cli.shared_options import complete, json_option
from pipeline.cli.terminal import Styled, print_json, print_line
from pipeline.documents.engines.engine import DEFAULT_ENGINE, ENGINES
from pipeline.errors import ExitCode, OutputError, Problem, system_reason
from pipeline.language import format_count
from pipeline.packet.set_files import shipped_sets

_MOST_SECONDS = 86_400
_FORMATS = ("text", "json", "sarif", "github")


@click.command("check", short_help="Check template sets before a case is filled into them.")
@click.argument(
    "sets", metavar="[SET]...", nargs=-1, shell_complete=lambda _ctx, _param, word: complete(shipped_sets(), word)
)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="text",
    show_default=True,
    help="Format of the findings.",
)
@click.option(
    "--sarif",
    "sarif_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the findings to this file, as SARIF 2.1.0.",
)
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option("--notes", is_flag=True, help="Print notes too; by default only their number.")
@click.option(
    "--engine",
    type=click.Choice(list(ENGINES)),
    default=DEFAULT_ENGINE,
    show_default=True,
    help="Engine for which to check.",
)
@json_option
def check(
    sets: tuple[str, ...],
    form: str,
    sarif_file: Path | None,
    strict: bool,
    notes: bool,
    engine: str,
    as_json: bool,
) -> int:
    """Check template sets: each SET is a shipped set's name, a folder, or a single Word file; all shipped sets if none.

    Open every Word file safely, read its tags, check names, fonts and conventions, then fill and convert each
    template with generated edge cases. The exit code is 4 if there are errors.

    \b
    Example:
      visa-packet templates check templates/my-own-set
      visa-packet templates check --format github --sarif templates.sarif
    """
    with _progress(quiet=as_json or form != "text") as done:
        checked = check_sets(sets or shipped_sets(), _step_seconds(), engine, done)
    is_wrong = any(each.count("error") or (strict and each.count("warning")) for each in checked)
    code = ExitCode.TEMPLATE if is_wrong else ExitCode.OK
    if sarif_file is not None:
        _write(sarif_file, format_sarif(checked, notes=notes))
    _tell(checked, "json" if as_json else form, code, notes=notes)
    return code


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that shows how many of the templates are checked, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    with click.progressbar(length=1, file=sys.stderr, label="templates", show_pos=True, show_eta=False) as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield show


def _step_seconds() -> float:
    text = os.environ.get(SECONDS_VARIABLE) or str(STEP_SECONDS)
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 1 <= seconds <= _MOST_SECONDS:
        raise click.UsageError(f"{SECONDS_VARIABLE} must be a number from 1 to {_MOST_SECONDS}")
    return seconds


def _tell(checked: Sequence[CheckedSet], form: str, code: ExitCode, *, notes: bool) -> None:
    if form == "json":
        emit(CommandReport("templates check", code, (), [_result(each) for each in checked]), as_json=True)
    elif form == "sarif":
        print_json(format_sarif(checked, notes=notes), indent=2)
    elif form == "github":
        for line in format_github(checked, notes=notes):
            print_line(line)
    else:
        for each in checked:
            _print(each, notes=notes)


def _print(checked: CheckedSet, *, notes: bool) -> None:
    for group in group_findings(finding for finding in checked.findings if notes or finding.severity != "info"):
        _print_findings(group)
    counts = [
        format_count(checked.templates, "template"),
        *(
            format_count(checked.count(severity), word)
            for severity, word in (("error", "error"), ("warning", "warning"), ("info", "note"))
        ),
    ]
    unseen = 0 if notes else checked.count("info")
    advice = f"; --notes shows {'it' if unseen == 1 else 'them'}" if unseen else ""
    print_line(f"{display_path(checked.name)}: {', '.join(counts)}{advice}")


def _print_findings(group: Sequence[Problem]) -> None:
    """Print findings of one kind: the first in full, and where else they are."""
    finding, *others = group
    first, *more = *format_lines(finding), *format_more_places(others)
    print_line(Styled(finding.severity, COLOURS[finding.severity], bold=True), f" {first}", err=True)
    for line in more:
        print_line(line, err=True)


def _result(checked: CheckedSet) -> dict[str, object]:
    return {
        "set": checked.name,
        "templates": checked.templates,
        "errors": checked.count("error"),
        "warnings": checked.count("warning"),
        "notes": checked.count("info"),
        "problems": [format_json(finding) for finding in checked.findings],
    }


def _write(file: Path, sarif: Mapping[str, Any]) -> None:
    try:
        file.write_text(json.dumps(sarif, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        message = f"the file cannot be written: {system_reason(error)}"
        hint = "name another file after --sarif"
        raise OutputError(Problem("output-sarif", "error", message, hint, str(file))) from None
