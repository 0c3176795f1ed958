"""visa-packet templates adopt"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pipeline.authoring.adopt.letter import AdoptedLetter, adopt_letter
from pipeline.authoring.check.reporters import format_json, format_lines, format_more_places, group_findings
from pipeline.authoring.check.sets import check_sets
from pipeline.authoring.starter import add_template
from pipeline.case.load import load_case
from pipeline.cli.output import CommandReport, emit
from pipeline.cli.shared_options import as_of_option, day_of, json_option, set_folder_option
from pipeline.cli.terminal import Styled, print_line
from pipeline.documents.context import document_context
from pipeline.errors import ExitCode, Problem

_WIDTH = 14


@click.command("adopt", short_help="Make a template of a letter that exists.")
@click.argument("letter", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--name", help="Name of the template; by default that of the letter.")
@set_folder_option
@click.option("--case", type=click.Path(path_type=Path), help="The case of the letter: its values become tags.")
@as_of_option
@json_option
def adopt(
    letter: Path, name: str | None, folder: Path, case: Path | None, as_of: datetime | None, as_json: bool
) -> int:
    """Make a template of LETTER, a Word file: fonts, line spacing, paper and metadata as templates need them.

    The letter itself is not changed. With --case, the values of that case in the letter become tags; check each of
    them. The output lists what was changed, and what the check of the template still finds.

    \b
    Example:
      visa-packet templates adopt LETTER.docx --case cases/wang.json --in templates/my-own-set --name letter-of-thanks
    """
    adopted = adopt_letter(letter, _names(case, as_of))
    started = add_template(name or letter.stem.lower().replace("_", "-").replace(" ", "-"), folder, adopted.content)
    (checked,) = check_sets([str(started.files[0])])
    left = [finding for finding in checked.findings if finding.severity != "info"]
    result = {
        "files": [str(file) for file in started.files],
        "entry": started.entry,
        "steps": [{"what": what, "how": how} for what, how in adopted.steps],
        "tags": [{"tag": each.tag, "where": each.place} for each in adopted.tags],
        "left": [format_json(finding) for finding in left],
    }
    emit(CommandReport("templates adopt", ExitCode.OK, (), [result]), as_json=as_json)
    if not as_json:
        _print(started.files, adopted, left)
    return ExitCode.OK


def _names(case: Path | None, as_of: datetime | None) -> Mapping[str, Any] | None:
    return document_context(load_case(case).case, day_of(as_of)) if case is not None else None


def _print(files: tuple[Path, ...], adopted: AdoptedLetter, left: list[Problem]) -> None:
    for file in files:
        print_line(f"created {file}")
    for what, how in adopted.steps:
        print_line(f"  {what:<{_WIDTH}}{how}")
    for tag in adopted.tags:
        print_line(f"  {'':<{_WIDTH}}{tag.tag}  {tag.place}")
    groups = group_findings(left)
    print_line(Styled(f"left to do: {len(groups)}" if groups else "left to do: nothing; look at the pages", bold=True))
    for first, *others in groups:
        for line in (*format_lines(first), *format_more_places(others)):
            print_line(f"  {line}")
