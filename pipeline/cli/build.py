"""visa-packet build"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from pipeline.check import Options
from pipeline.cli import batch
from pipeline.cli.built import print_built, result_of
from pipeline.cli.options import cases_argument, check_options, make_options
from pipeline.cli.report import Report, Telling, emit, show
from pipeline.engines import ENGINES
from pipeline.inputs import is_many, sources
from pipeline.language import Language
from pipeline.lock import locked
from pipeline.task import Task, run_task


@click.command(short_help="Build the submission bundle of each case.")
@cases_argument
@click.option(
    "-o",
    "--out",
    default="out",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Folder for the packets; each goes to OUT/<case id>.",
)
@click.option(
    "--engine",
    default="office2pdf",
    show_default=True,
    type=click.Choice(list(ENGINES)),
    help="What turns Word documents into PDF.",
)
@click.option(
    "--right-hand-pages",
    is_flag=True,
    help="Begin each document on a right-hand page, after a blank one if need be, for printing on both sides.",
)
@click.option("--force", is_flag=True, help="Build also what is current; otherwise an unchanged packet stays.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Worker processes for many cases; by default one for each core.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=120,
    show_default=True,
    metavar="SECONDS",
    help="Longest time for one of many cases.",
)
@click.option("-q", "--quiet", is_flag=True, help="Of many cases, print what failed and nothing else.")
@click.option("--no-report", is_flag=True, help="Of many cases, write no OUT/report.html.")
@click.option(
    "--show-names", is_flag=True, help="Name the patients in OUT/report.html; by default it has case ids only."
)
@check_options
def build(
    cases: tuple[str, ...],
    out: Path,
    engine: str,
    right_hand_pages: bool,
    force: bool,
    jobs: int | None,
    timeout: float,
    quiet: bool,
    no_report: bool,
    show_names: bool,
    as_of: datetime | None,
    templates: str,
    directory: Path | None,
    strict: bool,
    notes: bool,
    language: Language,
    as_json: bool,
) -> int:
    """Build the submission bundle of each CASE.

    A CASE is a file, a folder of cases (*.json, *.jsonl, */case.json), a pattern such as 'cases/*.json', a .jsonl
    with a case a line, or - for such lines on standard input.

    For a case with the id X, OUT/X then holds bundle.pdf, a bundle for each companion, documents/ and
    manifest.json. Nothing is published before all of it is right; an earlier packet stays until then. A packet
    whose case, papers, templates and rules have not changed is not built again. Of many cases, OUT/report.html
    shows what became of each, to filter and sort in a browser.

    \b
    Example:
      visa-packet build examples/wang-xiaoming/case.json -o out
      visa-packet build cases/ -o out -j 4
      cat cases.jsonl | visa-packet build - -o out --json
    """
    options = make_options(as_of, templates, directory, strict=strict, engine=engine, right_hand_pages=right_hand_pages)
    telling = Telling(language, notes)
    with locked(out):
        if is_many(cases):
            work = batch.Work(cases, out, options, force)
            manner = batch.Manner(
                telling, jobs, timeout, quiet=quiet, as_json=as_json, page=not no_report, names=show_names
            )
            return batch.build_many(work, manner)
        return _build_one(cases, out, options, telling, force=force, as_json=as_json)


def _build_one(
    cases: tuple[str, ...], out: Path, options: Options, telling: Telling, *, force: bool, as_json: bool
) -> int:
    [source] = sources(cases)
    done = run_task(Task(source, out, options, force))
    show(done.problems, telling)
    if done.built is not None and not as_json:
        print_built(done)
    emit(Report("build", done.code, (), [result_of(done, telling.language)]), as_json=as_json)
    return done.code
