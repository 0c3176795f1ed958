"""The page of the HTML report: rows are written to a file during the run, and into the page at the end."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import hashlib
import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.errors import OutputError, Problem, system_reason
from pipeline.language import Language
from pipeline.packet.plan import State
from pipeline.publish.folder import check_file_target, publish_written_file
from pipeline.resources import VERSION
from pipeline.run.report.report_rows import Rows
from pipeline.run.report.summary import ReportHeader
from pipeline.run.task import TaskResult
from pipeline.system.atomic import FILE_MODE, work_folder
from pipeline.visa.labels import label

PAGE_NAME = "report.html"
#: The beginning of every page, by which an earlier page is recognised.
_BEGINNING = b"<!doctype html>\n<!-- visa-packet report -->\n"
#: Placeholder for the rows in the template.
_ROWS_GO_HERE = "@@rows@@"
_WEB = Path(__file__).parent / "web"


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
            self._stream.write(separator + _json(self._rows.row(self._counts.total(), done)))
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
        publish_written_file(self._made, self._target, _is_own)
        return self._target

    def close(self) -> None:
        """Close the file of the rows."""
        if self._stream is not None:
            self._stream.close()

    def _assemble(self) -> None:
        before, after = self._around()
        with _create(self._made) as page:
            page.write(_BEGINNING + before + b'{"rows": [')
            if self._rows_file.exists():
                with self._rows_file.open("rb") as rows:
                    shutil.copyfileobj(rows, page)
            rest = {
                "texts": self._rows.texts.all,
                "rules": self._rows.rules,
                "roles": dict(self._head.roles),
                "words": _words(self._head.language),
                "states": _states(self._head.language),
                "language": self._head.language,
                "names": self._head.names,
            }
            page.write(b"\n],\n" + _json(rest).removeprefix(b"{") + after)

    def _around(self) -> tuple[bytes, bytes]:
        """The page before and after its rows."""
        style, script = _read("page.css"), _read("page.js")
        html: str = _template().render(
            head=self._head,
            words=_words(self._head.language),
            counts={status: self._counts[status] for status in ("built", "current", "failed")},
            total=self._counts.total(),
            seconds=f"{time.perf_counter() - self._started:.1f}",
            made=dt.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
            version=VERSION,
            rows=_ROWS_GO_HERE,
            style=Markup(style),  # noqa: S704 - this program's own file
            script=Markup(script),  # noqa: S704 - as above
            style_hash=_hash(style),
            script_hash=_hash(script),
        )
        before, _, after = html.partition(_ROWS_GO_HERE)
        return before.encode(), after.encode()


@contextlib.contextmanager
def report_page(head: ReportHeader, out: Path) -> Iterator[ReportPage]:
    """Return the page for the packets in ``out``. Raises OutputError if no page can be published there."""
    target = out / PAGE_NAME
    check_file_target(target, _is_own)
    with work_folder(out, "report") as work:
        page = ReportPage(head, work, target)
        try:
            yield page
        finally:
            page.close()


def _is_own(beginning: bytes) -> bool:
    return beginning.startswith(_BEGINNING)


def _create(path: Path) -> BinaryIO:
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb")


def _json(data: Any) -> bytes:
    """JSON for a script element: it contains no end of the element, and no comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return text.encode("utf-8", "replace")  # a file name need not be Unicode


def _hash(text: str) -> str:
    """The hash of a text for the Content-Security-Policy."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


@cache
def _words(language: Language) -> dict[str, str]:
    words: dict[str, str] = json.loads(_read("words.json"))[language]
    return words


def _states(language: Language) -> dict[str, str]:
    """The words for the states of a packet, in the order in which a packet goes through them."""
    return {state: label(state, "state", language) for state in get_args(State)}


@cache
def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(_WEB), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html")


@cache
def _read(name: str) -> str:
    return (_WEB / name).read_text(encoding="utf-8")
