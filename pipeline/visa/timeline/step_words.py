"""The texts of the timeline in three languages (pipeline/visa/data/timeline.json)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from pipeline.case.base import Trilingual
from pipeline.language import LANGUAGES, Language
from pipeline.resources import read_data

Detail = str | int | Trilingual


def timeline_text(table: str, key: str, **details: Detail) -> Trilingual:
    """Return the text of ``key`` in ``table`` with its placeholders filled."""
    return fill(read_data("timeline")[table][key], **details)


def fill(texts: dict[str, str], **details: Detail) -> Trilingual:
    """Return ``texts`` with their placeholders filled, each detail in the language of the text."""
    return Trilingual(
        **{
            language: texts[language].format(**{name: _in(language, detail) for name, detail in details.items()})
            for language in LANGUAGES
        }
    )


def kind_data(kind: str) -> dict[str, Any]:
    """Return the data of one kind of step: ``who``, ``for``, ``rule``, ``title`` and possibly ``calendar``."""
    entry: dict[str, Any] = read_data("timeline")["kinds"][kind]
    return entry


def format_days(
    language: Language, start: date | None, end: date | None, format_day: Callable[[date], str] = date.isoformat
) -> str:
    """Return a day, a period, or a period with an open end as text."""
    if start is None and end is None:
        key = "open"
    elif start == end:
        key = "day"
    elif start is not None and end is not None:
        key = "period"
    else:
        key = "from" if end is None else "until"
    days = {"start": format_day(start) if start else "", "end": format_day(end) if end else ""}
    return str(getattr(timeline_text("dates", key, **days), language))


def _in(language: Language, detail: Detail) -> str | int:
    return getattr(detail, language) if isinstance(detail, Trilingual) else detail
