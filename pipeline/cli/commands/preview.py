"""visa-packet templates preview"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from pipeline.authoring.preview.make import Preview, make_preview
from pipeline.authoring.preview.preview_page import summarise
from pipeline.case.source import Source, find_case_id
from pipeline.cli.outcome import Outcome, attempt_in_fork
from pipeline.cli.output import CommandReport, OutputStyle, emit, print_problems, problem_to_json
from pipeline.cli.shared_options import (
    as_of_option,
    case_files,
    day_of,
    directory_option,
    json_option,
    lang_option,
    notes_option,
    timeout_option,
)
from pipeline.cli.terminal import Styled, print_line
from pipeline.documents.engines.engine import DEFAULT_ENGINE, ENGINES
from pipeline.language import Language
from pipeline.options import BuildOptions
from pipeline.run.pools.pool import SECONDS_TO_END
from pipeline.system.atomic import sweep


@click.command(short_help="Show the documents of a set as pages, beside another version of the set.")
@click.argument("template_set", metavar="[SET]", default="medical-stay")
@click.option(
    "--case",
    "case",
    required=True,
    type=click.Path(readable=False),
    help="Case for the templates: a file, or a folder with one case.",
)
@click.option(
    "--against",
    metavar="REV|DIR",
    help="Compare with the set at this git revision, or with the set in this folder.",
)
@click.option(
    "-o",
    "--out",
    default="preview",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Folder for the preview; an earlier preview there is replaced.",
)
@click.option(
    "--engine",
    default=DEFAULT_ENGINE,
    show_default=True,
    type=click.Choice(list(ENGINES)),
    help="Engine that converts Word documents to PDF.",
)
@timeout_option
@as_of_option
@directory_option
@notes_option
@lang_option
@json_option
def preview(
    template_set: str,
    case: str,
    against: str | None,
    out: Path,
    engine: str,
    timeout: float,
    as_of: datetime | None,
    directory: Path | None,
    notes: bool,
    language: Language,
    as_json: bool,
) -> int:
    """Show the documents that SET gives for a case as one HTML page, OUT/index.html.

    SET is a shipped template set (medical-stay by default) or the folder of another. With --against, each page is
    compared with the same page of another version of the set: changed words and regions, added and removed pages.
    The page contains the documents, so it is as confidential as they are.

    \b
    Example:
      visa-packet templates preview --case examples/wang-xiaoming/case.json -o preview
      visa-packet templates preview templates/medical-stay --case examples/wang-xiaoming/case.json --against HEAD~1
    """
    options = BuildOptions(
        day_of(as_of), template_set, engine, directory=directory, allow_missing=True, allow_changed=True
    )
    source = _one_case(case)
    style = OutputStyle(language, notes)
    work = partial(make_preview, source, out, options, against, language)
    outcome = attempt_in_fork(work, style, source.name, timeout)
    sweep(out.absolute().parent, out.name, SECONDS_TO_END)
    if outcome.value is not None:
        print_problems(outcome.value.problems, style)
        if not as_json:
            _print(outcome.value)
    result = _result(source, template_set, against, outcome, language)
    emit(CommandReport("templates preview", outcome.code, (), [result]), as_json=as_json)
    return outcome.code


def _one_case(case: str) -> Source:
    files = case_files([case])
    if len(files) != 1:
        raise click.UsageError(f"{case} names {len(files)} cases; name one of them")
    return files[0]


def _result(
    case: Source, template_set: str, against: str | None, outcome: Outcome[Preview], language: Language
) -> dict[str, Any]:
    published = outcome.value
    problems = published.problems if published else outcome.problems
    return {
        "case": case.name,
        "case_id": published.header.case_id if published else find_case_id(case),
        "set": published.header.set_id if published else template_set,
        "against": (published.header.against if published else None) or against,
        "exit_code": int(outcome.code),
        "html": str(published.page) if published else None,
        "documents": [summarise(document) for document in published.documents] if published else [],
        "problems": [problem_to_json(problem, language) for problem in problems],
    }


def _print(published: Preview) -> None:
    """A line for each document, with what changed in it, and the page to open."""
    rows = [summarise(document) for document in published.documents]
    compared = published.header.against is not None
    head = " pages  changed  new  removed   words" if compared else " pages"
    print_line(Styled(f"{head}  document", dim=True))
    for row in rows:
        print_line(f"{_line(row, compared=compared)}  {row['title']}")
    print_line(Styled(str(published.page), bold=True))
    if compared:
        changed = sum(row["difference"] != "same" for row in rows)
        print_line(f"{changed} of {len(rows)} documents differ from {published.header.against}")


def _line(row: Mapping[str, Any], *, compared: bool) -> str:
    pages = f"{row['pages']:>6}"
    if not compared:
        return pages
    words = f"-{row['words_gone']}+{row['words_added']}" if row["words_gone"] or row["words_added"] else ""
    counts = f"{row['pages_changed'] or '':>9}{row['pages_added'] or '':>5}{row['pages_gone'] or '':>9}"
    return f"{pages}{counts}{words:>8}"
