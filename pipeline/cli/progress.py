"""Telling of many cases: a line or a bar while they are built, and at the end what failed."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.output import Report, Telling, document_of, show
from pipeline.cli.packet_output import result_of
from pipeline.errors import ExitCode, OutputError, Problem
from pipeline.publish.destination import Destination
from pipeline.run.task import Done

if TYPE_CHECKING:
    from pipeline.run.report.report_page import ReportPage

_MARKS = {"built": ("built", "green"), "current": ("current", "cyan"), "failed": ("failed", "red")}


@dataclass(frozen=True, slots=True)
class Style:
    """How a run over many cases is told."""

    telling: Telling
    quiet: bool
    as_json: bool


class Tally:
    """Tells of each case as it is done, and of all of them at the end."""

    def __init__(self, style: Style, out: Destination, total: int) -> None:
        self._style = style
        self._out = out
        self._total = total
        self._counts: Counter[str] = Counter()
        self._failed: list[Done] = []
        self._bar: Any = None
        self._started = time.perf_counter()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show a bar with rate and time left while cases are built, on a terminal."""
        silent = self._style.quiet or self._style.as_json
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
        if self._style.as_json:
            click.echo(json.dumps(result_of(done, self._style.telling.language, self._out), ensure_ascii=False))
        if self._bar is not None:
            self._bar.update(1, done)
        elif not self._style.quiet and not self._style.as_json:
            click.echo(_line(done))

    def end(self, page: ReportPage | None = None) -> ExitCode:
        """Publish the page. Tell what failed, with place and hint, and how many there were of each kind."""
        address, trouble = self._published(page)
        for done in self._failed:
            click.secho(f"{done.case_id or done.name}: failed ({int(done.code)})", fg="red", bold=True, err=True)
            show(done.problems, self._style.telling)
        code = ExitCode.SOME_FAILED if self._failed else ExitCode.OK
        if self._failed and self._total == 1:
            code = self._failed[0].code
        if trouble and code is ExitCode.OK:
            code = ExitCode.OUTPUT
        show(trouble, self._style.telling)
        if self._style.as_json:
            report = document_of(Report("build", code, trouble)) | {"counts": self._numbers(), "html": address}
            click.echo(json.dumps(report, ensure_ascii=False))
        elif not self._style.quiet:
            if address is not None:
                click.secho(address, bold=True)
            numbers = ", ".join(f"{count} {status}" for status, count in self._numbers().items())
            click.echo(f"{numbers}; {self._seconds():.1f} s, {self._rate()}")
        return code

    def _published(self, page: ReportPage | None) -> tuple[str | None, tuple[Problem, ...]]:
        """Where the page was published, or why it was not."""
        try:
            return (self._out.publish_page(page.publish()) if page else None), ()
        except OutputError as error:
            return None, error.problems

    def _numbers(self) -> dict[str, int]:
        return {status: self._counts[status] for status in _MARKS}

    def _seconds(self) -> float:
        return time.perf_counter() - self._started

    def _rate(self) -> str:
        return f"{self._counts.total() / max(self._seconds(), 0.001):.1f} cases/s"


def _line(done: Done) -> str:
    word, colour = _MARKS[done.status]
    mark = click.style(f"{word:<8}", fg=colour)
    if done.built is None:
        return f"{mark}{done.case_id or done.name}  {', '.join(_codes_of(done))}"
    pages = sum(bundle.pages for bundle in done.built.manifest.bundles)
    return f"{mark}{done.case_id}  {pages} pages, {done.seconds:.1f} s"


def _codes_of(done: Done) -> list[str]:
    return sorted({problem.code for problem in done.problems if problem.severity == "error"})
