"""The page of the HTML report: rows are written to a file during the run, and into the page at the end."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, get_args

from pipeline.errors import OutputError, Problem, system_reason
from pipeline.language import Language
from pipeline.packet.packet_parts import State
from pipeline.publish.folder import check_file_target, publish_written_file
from pipeline.run.report.report_rows import Rows
from pipeline.run.report.summary import ReportHeader
from pipeline.run.report.web_page import PageKind, page_words, render_page, to_script_json
from pipeline.run.task import TaskResult
from pipeline.system.atomic import FILE_MODE, work_folder
from pipeline.visa.labels import label

PAGE_NAME = "report.html"
_KIND = PageKind("report", "status")


class ReportPage:
    """The page during a run. A failure to write it is reported at the end, and does not stop the cases."""

    def __init__(self, head: ReportHeader, work: Path, target: Path) -> None:
        self._head = head
        self._target = target
        self._made = work / PAGE_NAME
        self._rows_file = work / "rows.json"
        self._rows = Rows(head.language, names=head.names)
        self._counts: Counter[str] = Counter()
        self._started = time.perf_counter()
        self._failure: OSError | None = None
        self._stream: BinaryIO | None = None

    def add(self, done: TaskResult) -> None:
        """Add the result of one case."""
        self._counts[done.status] += 1
        if self._failure is not None:
            return
        try:
            self._stream = self._stream or _create(self._rows_file)
            separator = b",\n" if self._counts.total() > 1 else b"\n"
            self._stream.write(separator + to_script_json(self._rows.row(self._counts.total(), done)))
        except OSError as error:
            self._failure = error

    def publish(self) -> Path:
        """Write the rows into the page, and publish the page. Raises OutputError."""
        try:
            self.close()
            if self._failure is not None:
                raise self._failure
            self._assemble()
        except OSError as error:
            reason = system_reason(error)
            message, hint = f"the HTML report cannot be written: {reason}", "the packets are complete"
            raise OutputError(Problem("output", "error", message, hint, str(self._target))) from None
        publish_written_file(self._made, self._target, _KIND.is_own)
        return self._target

    def close(self) -> None:
        """Close the file of the rows."""
        if self._stream is not None:
            self._stream.close()

    def _assemble(self) -> None:
        before, after = self._around()
        with _create(self._made) as page:
            page.write(before + b'{"rows": [')
            if self._rows_file.exists():
                with self._rows_file.open("rb") as rows:
                    shutil.copyfileobj(rows, page)
            rest = {
                "texts": self._rows.texts.all,
                "rules": self._rows.findings.rules,
                "roles": dict(self._head.roles),
                "words": page_words(_KIND, self._head.language),
                "states": _states(self._head.language),
                "language": self._head.language,
                "names": self._head.names,
            }
            page.write(b"\n],\n" + to_script_json(rest).removeprefix(b"{") + after)

    def _around(self) -> tuple[bytes, bytes]:
        """The page before and after its rows."""
        counts = {status: self._counts[status] for status in ("built", "current", "failed")}
        seconds = f"{time.perf_counter() - self._started:.1f}"
        return render_page(_KIND, self._head, counts, seconds=seconds)


@contextlib.contextmanager
def report_page(head: ReportHeader, out: Path) -> Iterator[ReportPage]:
    """Return the page for the packets in ``out``. Raises OutputError if no page can be published there."""
    target = out / PAGE_NAME
    check_file_target(target, _KIND.is_own)
    with work_folder(out, "report") as work:
        page = ReportPage(head, work, target)
        try:
            yield page
        finally:
            page.close()


def _create(path: Path) -> BinaryIO:
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb")


def _states(language: Language) -> dict[str, str]:
    """The words for the states of a packet, in the order in which a packet goes through them."""
    return {state: label(state, "state", language) for state in get_args(State)}
