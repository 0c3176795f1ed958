"""The page with a list of cases that the reports share: template, style, scripts and words."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment

from pipeline.formats.page_look import inlined, page_environment
from pipeline.language import Language
from pipeline.resources import VERSION
from pipeline.run.report.summary import ReportHeader

#: Placeholder for the rows in the template.
_ROWS_GO_HERE = "@@rows@@"
_WEB = Path(__file__).parent / "web"


@dataclass(frozen=True, slots=True)
class PageKind:
    """A kind of page: its name, that of its template and script too, and the filter that its tiles set."""

    name: str
    tiles: str

    @property
    def beginning(self) -> bytes:
        """The beginning of every page of the kind, by which an earlier one is recognised."""
        return f"<!doctype html>\n<!-- visa-packet {self.name} -->\n".encode()

    def is_own(self, content: bytes) -> bool:
        """Return True if a file is a page of this kind."""
        return content.startswith(self.beginning)


def render_page(kind: PageKind, head: ReportHeader, counts: Mapping[str, int], **more: Any) -> tuple[bytes, bytes]:
    """Return the page before and after its data. ``counts`` are the cases by the values of the tiles."""
    html: str = (
        _environment()
        .get_template(f"{kind.name}.html")
        .render(
            head=head,
            words=page_words(kind, head.language),
            kind=kind.name,
            tiles=kind.tiles,
            counts=counts,
            total=sum(counts.values()),
            made=dt.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
            version=VERSION,
            rows=_ROWS_GO_HERE,
            **inlined(_read("page.css"), _read("list.js") + _read(f"{kind.name}.js")),
            **more,
        )
    )
    before, _, after = html.partition(_ROWS_GO_HERE)
    return kind.beginning + before.encode(), after.encode()


@cache
def page_words(kind: PageKind, language: Language) -> dict[str, str]:
    """Return the words of a kind of page."""
    words: dict[str, dict[str, str]] = json.loads(_read("words.json"))[language]
    return words["common"] | words[kind.name]


def to_script_json(data: Any) -> bytes:
    """Return JSON for a script element: it contains no end of the element, and no comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return text.encode("utf-8", "replace")  # a file name need not be Unicode


@cache
def _environment() -> Environment:
    return page_environment(_WEB)


@cache
def _read(name: str) -> str:
    return (_WEB / name).read_text(encoding="utf-8")
