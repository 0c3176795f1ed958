"""Building many cases: inputs, pool, report and telling put together."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.cli.progress import Style, Tally
from pipeline.errors import ExitCode, TemplateError
from pipeline.options import BuildOptions
from pipeline.packet.template_set import load_template_set
from pipeline.publish.destination import Destination
from pipeline.run.cluster.client import Cluster, ClusterPool
from pipeline.run.inputs import STANDARD_INPUT, sources
from pipeline.run.many import check_ids, run_batch
from pipeline.run.pools.pool import SECONDS_TO_END, Pool
from pipeline.run.pools.workers import LocalPool
from pipeline.run.report.report_page import ReportPage, report_page
from pipeline.run.report.summary import head_of
from pipeline.run.task import Task
from pipeline.system.atomic import sweep, work_folder


@dataclass(frozen=True, slots=True)
class Work:
    """Which cases, where to, how. ``folder`` is the one of this machine for what is no packet."""

    cases: tuple[str, ...]
    out: Destination
    folder: Path
    options: BuildOptions


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run over many cases is done and told: by the workers of ``cluster``, or by processes of this machine."""

    style: Style
    jobs: int | None
    timeout: float
    cluster: Cluster | None = None
    page: bool = True
    names: bool = False


def build_many(work: Work, manner: Manner) -> ExitCode:
    """Build every case of ``work``. Raises CaseError before any work when two cases have one id."""
    with _kept_input(work) as kept:
        total = check_ids(sources(work.cases, kept))
        given = (work.out, _pinned(work.options), manner.names)
        tasks = (Task(source, *given) for source in sources(work.cases, kept))
        tally = Tally(manner.style, work.out, total)
        with _page(work, manner) as page:
            with _pool(work, manner, total) as pool, tally.shown():
                for done in run_batch(tasks, pool):
                    tally.add(done)
                    if page is not None:
                        page.add(done)
            return tally.end(page)


def _pinned(options: BuildOptions) -> BuildOptions:
    """The options with the hash of the template set now: each worker reads the set's files for itself."""
    try:
        return replace(options, templates_sha256=load_template_set(options.templates).sha256)
    except TemplateError:  # reported for each case
        return options


def _page(work: Work, manner: Manner) -> AbstractContextManager[ReportPage | None]:
    """The page of the report, unless none is wanted."""
    if not manner.page:
        return nullcontext()
    return report_page(head_of(work.options.check, manner.style.telling.language, names=manner.names), work.folder)


@contextmanager
def _kept_input(work: Work) -> Iterator[Path | None]:
    """Standard input as a private file in the output folder while the run lasts, for it is gone through twice."""
    if STANDARD_INPUT not in work.cases:
        yield None
        return
    with work_folder(work.folder, "standard-input") as folder:
        kept = folder / "cases.jsonl"
        with kept.open("xb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield kept


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _pool(work: Work, manner: Manner, total: int) -> Iterator[Pool]:
    """The pool, ended whatever happens; what its workers had begun to write is removed then."""
    pool: Pool
    if manner.cluster is not None:
        pool = ClusterPool(manner.cluster, work.options, manner.timeout)
    else:
        pool = LocalPool(min(manner.jobs or _cores(), max(total, 1)), manner.timeout)
    try:
        yield pool
    finally:
        pool.stop()
        sweep(work.folder, seconds=SECONDS_TO_END)
