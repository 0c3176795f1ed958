"""visa-packet build"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.build_options import packet_options
from pipeline.cli.output import Report, Telling, emit, show
from pipeline.cli.packet_output import print_built, result_of
from pipeline.cli.progress import Style
from pipeline.cli.shared_options import cases_argument, check_options, day_of, timeout_option
from pipeline.documents.engines.engine import ENGINES
from pipeline.language import Language
from pipeline.options import BuildOptions
from pipeline.publish.destination import destination_of
from pipeline.run.inputs import is_many, sources
from pipeline.run.many import run_batch
from pipeline.run.pools.fork import ForkedPool
from pipeline.run.pools.pool import SECONDS_TO_END
from pipeline.run.task import Done, Task
from pipeline.system.atomic import sweep

if TYPE_CHECKING:
    from pipeline.run.cluster.client import Cluster

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(short_help="Build the submission bundle of each case.")
@cases_argument
@click.option(
    "-o",
    "--out",
    default="out",
    show_default=True,
    help="Folder for the packets, or an address such as s3://bucket/folder; each goes to OUT/<case id>.",
)
@click.option(
    "--engine",
    default="office2pdf",
    show_default=True,
    type=click.Choice(list(ENGINES)),
    help="What turns Word documents into PDF.",
)
@packet_options
@click.option("--force", is_flag=True, help="Build also what is current; otherwise an unchanged packet stays.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Worker processes for many cases; by default one for each core.",
)
@timeout_option
@click.option(
    "--scheduler",
    metavar="tls://HOST:PORT",
    help="Build on the workers of this Dask scheduler (docs/scale.md).",
)
@click.option("--tls-ca", metavar="FILE", type=_FILE, help="Who signed the cluster's certificates.")
@click.option("--tls-cert", metavar="FILE", type=_FILE, help="Certificate for the cluster.")
@click.option("--tls-key", metavar="FILE", type=_FILE, help="Key of that certificate.")
@click.option("-q", "--quiet", is_flag=True, help="Of many cases, print what failed and nothing else.")
@click.option("--no-report", is_flag=True, help="Of many cases, write no OUT/report.html.")
@click.option(
    "--show-names", is_flag=True, help="Name the patients in OUT/report.html; by default it has case ids only."
)
@check_options
def build(
    cases: tuple[str, ...],
    out: str,
    engine: str,
    packet: dict[str, Any],
    force: bool,
    jobs: int | None,
    timeout: float,
    scheduler: str | None,
    tls_ca: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    quiet: bool,
    no_report: bool,
    show_names: bool,
    as_of: datetime | None,
    templates: str,
    directory: Path | None,
    allow_missing: bool,
    draft: bool,
    strict: bool,
    notes: bool,
    language: Language,
    as_json: bool,
) -> int:
    """Build the submission bundle of each CASE.

    A CASE is a file, a folder of cases (*.json, *.jsonl, */case.json), a pattern such as 'cases/*.json', a .jsonl
    with a case a line, or - for such lines on standard input.

    For a case with the id X, OUT/X then holds bundle.pdf, a bundle for each companion, documents/ and
    manifest.json. Nothing is published before all of it is right; an earlier packet stays until then. A packet is
    final when no error is open and no paper of the official list is missing; see --allow-missing and --draft. One
    whose case, papers, templates and rules have not changed is not built again. Of many cases, OUT/report.html
    shows what became of each, to filter and sort in a browser.

    \b
    Example:
      visa-packet build examples/wang-xiaoming/case.json -o out
      visa-packet build cases/ -o out -j 4
      cat cases.jsonl | visa-packet build - -o out --json
    """
    options = BuildOptions(
        day_of(as_of),
        templates=templates,
        engine=engine,
        strict=strict,
        directory=directory,
        draft=draft,
        allow_missing=allow_missing,
        force=force,
        **packet,
    )
    telling = Telling(language, notes)
    cluster = _cluster(scheduler, (tls_ca, tls_cert, tls_key), jobs)
    destination = destination_of(out)
    with destination.lock() as folder:
        if cluster or is_many(cases):
            from pipeline.cli.commands import build_many as batch  # noqa: PLC0415 - one case needs no worker processes

            work = batch.Work(cases, destination, folder, options)
            style = Style(telling, quiet=quiet, as_json=as_json)
            manner = batch.Manner(style, jobs, timeout, cluster, page=not no_report, names=show_names)
            return batch.build_many(work, manner)
        [source] = sources(cases)
        done = _build_one(Task(source, destination, options), folder, timeout)
    show(done.problems, telling)
    if done.built is not None and not as_json:
        print_built(done, destination)
    emit(Report("build", done.code, (), [result_of(done, language, destination)]), as_json=as_json)
    return done.code


def _cluster(
    scheduler: str | None, tls: tuple[Path | None, Path | None, Path | None], jobs: int | None
) -> Cluster | None:
    """The cluster that is named, if one is; options that belong to the other way of working are refused."""
    if scheduler is None and any(tls):
        raise click.UsageError("--tls-ca, --tls-cert and --tls-key belong to --scheduler")
    if scheduler is not None and jobs is not None:
        raise click.UsageError("--jobs is about processes of this machine; the cluster has its own")
    if scheduler is None:
        return None
    from pipeline.run.cluster.client import Cluster  # noqa: PLC0415 - most builds need none

    return Cluster(scheduler, *tls)


def _build_one(task: Task, folder: Path, timeout: float) -> Done:
    """What became of one case, built by a fork; what that had begun to write is removed."""
    pool = ForkedPool(timeout)
    try:
        [done] = run_batch([task], pool)
        return done
    finally:
        pool.stop()
        sweep(folder, seconds=SECONDS_TO_END)
