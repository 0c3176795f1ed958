"""Progress of a run over many cases: a line per case or a bar, and a summary at the end."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click

from pipeline.cli.output import CommandReport, OutputStyle, print_problems
from pipeline.cli.packet_output import print_former, result_to_json
from pipeline.cli.results import Results
from pipeline.cli.terminal import Styled, print_line
from pipeline.errors import ExitCode, OutputError, Problem
from pipeline.language import Language, format_count
from pipeline.packet.packet_parts import State
from pipeline.publish.destination import Destination
from pipeline.run.task import TaskResult
from pipeline.visa.labels import label

if TYPE_CHECKING:
    from pipeline.run.report.report_page import ReportPage

Item = TypeVar("Item")

#: Cases that take long enough for a bar.
_MANY = 10
_MARKS = {"built": ("built", "green"), "current": ("current", "cyan"), "failed": ("failed", "red")}


class Progress:
    """Counts the cases of a run, and prints each result and the summary."""

    def __init__(self, style: OutputStyle, out: Destination, total: int, results: Results) -> None:
        self._style = style
        self._out = out
        self._total = total
        self._results = results
        self._counts: Counter[str] = Counter()
        self._states: Counter[State] = Counter()
        self._failed: list[TaskResult] = []
        self._bar: Any = None
        self._started = time.perf_counter()

    @contextmanager
    def bar(self) -> Iterator[None]:
        """Show a bar with rate and remaining time during the run, if the output is a terminal."""
        if self._style.quiet or self._style.as_json or not sys.stderr.isatty():
            yield
            return
        bar: Any = click.progressbar(
            length=self._total, file=sys.stderr, show_pos=True, item_show_func=lambda _: self._rate(), label="cases"
        )
        with bar as self._bar:
            yield

    def add(self, done: TaskResult) -> None:
        """Count one case, and print its result."""
        self._counts[done.status] += 1
        if done.built is not None:
            self._states[done.built.manifest.state] += 1
        if done.status == "failed":
            self._failed.append(done)
        self._results.add(result_to_json(done, self._style.language, self._out))
        if self._bar is not None:
            self._bar.update(1, done)
        elif not self._style.quiet and not self._style.as_json:
            print_line(*_line(done, self._style.language))

    def finish(self, page: ReportPage | None = None) -> ExitCode:
        """Publish the HTML report. Print every failure with place and hint, and the number of cases by status."""
        address, problems = self._publish(page)
        for done in self._failed:
            print_line(Styled(f"{done.case_id or done.name}: failed ({int(done.code)})", fg="red", bold=True), err=True)
            print_problems(done.problems, self._style)
            print_former(done, self._out, self._style.language, err=True)
        code = self._results.overall()
        if problems and code is ExitCode.OK:
            code = ExitCode.OUTPUT
        if not self._style.as_json and not self._style.quiet:
            if address is not None:
                print_line(Styled(address, bold=True))
            numbers = ", ".join(f"{count} {status}" for status, count in self._numbers().items())
            print_line(f"{numbers}; {self._seconds():.1f} s, {self._rate()}")
            states = (
                f"{self._states[state]} {label(state, 'state', self._style.language)}" for state in get_args(State)
            )
            print_line(", ".join(states))
        return self._results.finish(CommandReport("build", code, problems, language=self._style.language), html=address)

    def _publish(self, page: ReportPage | None) -> tuple[str | None, tuple[Problem, ...]]:
        """Publish the page; return its address, or the reason why it is not published."""
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


def counted(items: Sequence[Item]) -> Iterator[Item]:
    """Yield the items. If there are many, show a bar meanwhile on a terminal."""
    if len(items) < _MANY or not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, file=sys.stderr, show_pos=True, label="cases") as bar:
        yield from bar


def _line(done: TaskResult, language: Language) -> tuple[Styled, str]:
    word, colour = _MARKS[done.status]
    mark = Styled(f"{word:<8}", colour)
    if done.built is None:
        codes = sorted({problem.code for problem in done.problems if problem.severity == "error"})
        return mark, f"{done.case_id or done.name}  {', '.join(codes)}"
    pages = done.built.manifest.pages_to_file
    state = label(done.built.manifest.state, "state", language)
    return mark, f"{done.case_id}  {state}, {format_count(pages, 'page')}, {done.seconds:.1f} s"
