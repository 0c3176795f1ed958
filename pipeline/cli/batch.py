"""Building many cases: a line a case while it runs, and at the end what failed."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from pipeline.batch import check_ids, run_batch
from pipeline.check import Options
from pipeline.cli.built import result_of
from pipeline.cli.report import Report, Telling, document_of, show
from pipeline.destination import Folder
from pipeline.errors import ExitCode, OutputError, Problem
from pipeline.inputs import STANDARD_INPUT, sources
from pipeline.pool import LocalPool, Pool
from pipeline.publish import sweep, work_folder
from pipeline.report.head import head_of
from pipeline.report.page import ReportPage, report_page
from pipeline.task import Done, Task

_MARKS = {"built": ("built", "green"), "current": ("current", "cyan"), "failed": ("failed", "red")}


@dataclass(frozen=True, slots=True)
class Work:
    """Which cases, where to, how."""

    cases: tuple[str, ...]
    out: Path
    options: Options
    force: bool


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run over many cases is done and told."""

    telling: Telling
    jobs: int | None
    timeout: float
    quiet: bool
    as_json: bool
    page: bool = True
    names: bool = False


def build_many(work: Work, manner: Manner) -> ExitCode:
    """Build every case of ``work``. Raises CaseError before any work when two cases have one id."""
    with _kept_input(work) as kept:
        total = check_ids(sources(work.cases, kept))
        jobs = min(manner.jobs or _cores(), max(total, 1))
        given = (Folder(work.out), work.options, work.force, manner.names)
        tasks = (Task(source, *given) for source in sources(work.cases, kept))
        tally = _Tally(manner, total)
        with _page(work, manner) as page:
            with _pool(LocalPool(jobs, manner.timeout), work.out) as pool, tally.shown():
                for done in run_batch(tasks, pool):
                    tally.add(done)
                    if page is not None:
                        page.add(done)
            return tally.end(page)


def _page(work: Work, manner: Manner) -> AbstractContextManager[ReportPage | None]:
    """The page of the report, unless none is wanted."""
    if not manner.page:
        return nullcontext()
    return report_page(head_of(work.options, manner.telling.language, names=manner.names), work.out)


@contextmanager
def _kept_input(work: Work) -> Iterator[Path | None]:
    """Standard input as a private file in the output folder while the run lasts, for it is gone through twice."""
    if STANDARD_INPUT not in work.cases:
        yield None
        return
    with work_folder(work.out, "standard-input") as folder:
        kept = folder / "cases.jsonl"
        with kept.open("xb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield kept


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _pool(pool: LocalPool, out: Path) -> Iterator[Pool]:
    """The pool, ended whatever happens; what its workers had begun to write is removed then."""
    try:
        yield pool
    finally:
        pool.stop()
        sweep(out)


class _Tally:
    """Tells of each case as it is done, and of all of them at the end."""

    def __init__(self, manner: Manner, total: int) -> None:
        self._manner = manner
        self._total = total
        self._counts: Counter[str] = Counter()
        self._failed: list[Done] = []
        self._bar: Any = None
        self._started = time.perf_counter()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show a bar with rate and time left while cases are built, on a terminal."""
        silent = self._manner.quiet or self._manner.as_json
        if silent or not sys.stderr.isatty():
            yield
            return
        bar: Any = click.progressbar(
            length=self._total, file=sys.stderr, show_pos=True, item_show_func=lambda _: self._rate(), label="cases"
        )
        with bar as self._bar:
            yield

    def add(self, done: Done) -> None:
        """Count one case and tell of it."""
        self._counts[done.status] += 1
        if done.status == "failed":
            self._failed.append(done)
        if self._manner.as_json:
            click.echo(json.dumps(result_of(done, self._manner.telling.language), ensure_ascii=False))
        if self._bar is not None:
            self._bar.update(1, done)
        elif not self._manner.quiet and not self._manner.as_json:
            click.echo(_line(done))

    def end(self, page: ReportPage | None = None) -> ExitCode:
        """Publish the page. Tell what failed, with place and hint, and how many there were of each kind."""
        path, trouble = _published(page)
        for done in self._failed:
            click.secho(f"{done.case_id or done.name}: failed ({int(done.code)})", fg="red", bold=True, err=True)
            show(done.problems, self._manner.telling)
        code = ExitCode.SOME_FAILED if self._failed else ExitCode.OK
        if self._failed and self._total == 1:
            code = self._failed[0].code
        if trouble and code is ExitCode.OK:
            code = ExitCode.OUTPUT
        show(trouble, self._manner.telling)
        if self._manner.as_json:
            html = str(path) if path else None
            report = document_of(Report("build", code, trouble)) | {"counts": self._numbers(), "html": html}
            click.echo(json.dumps(report, ensure_ascii=False))
        else:
            if path is not None:
                click.secho(str(path), bold=True, err=self._manner.quiet)
            numbers = ", ".join(f"{count} {status}" for status, count in self._numbers().items())
            click.echo(f"{numbers}; {self._seconds():.1f} s, {self._rate()}", err=self._manner.quiet)
        return code

    def _numbers(self) -> dict[str, int]:
        return {status: self._counts[status] for status in _MARKS}

    def _seconds(self) -> float:
        return time.perf_counter() - self._started

    def _rate(self) -> str:
        return f"{self._counts.total() / max(self._seconds(), 0.001):.1f} cases/s"


def _published(page: ReportPage | None) -> tuple[Path | None, tuple[Problem, ...]]:
    """Where the page was published, or why it was not."""
    try:
        return (page.publish() if page else None), ()
    except OutputError as error:
        return None, error.problems


def _line(done: Done) -> str:
    word, colour = _MARKS[done.status]
    mark = click.style(f"{word:<8}", fg=colour)
    if done.built is None:
        return f"{mark}{done.case_id or done.name}  {', '.join(_codes_of(done))}"
    pages = sum(bundle.pages for bundle in done.built.bundles)
    return f"{mark}{done.case_id}  {pages} pages, {done.seconds:.1f} s"


def _codes_of(done: Done) -> list[str]:
    return sorted({problem.code for problem in done.problems if problem.severity == "error"})
