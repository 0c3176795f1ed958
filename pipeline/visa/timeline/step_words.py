"""The words of the timeline in three languages (pipeline/visa/data/timeline.json)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from pipeline.case.base import Trilingual
from pipeline.language import Language
from pipeline.resources import read_data

_LANGUAGES: tuple[Language, ...] = ("ja", "en", "zh")  # the order of the fields of Trilingual


def words(table: str, key: str, **details: str | int | Trilingual) -> Trilingual:
    """The text of ``key`` with its placeholders filled."""
    return filled(read_data("timeline")[table][key], **details)


def filled(texts: dict[str, str], **details: str | int | Trilingual) -> Trilingual:
    """``texts`` with their placeholders filled, each detail in the text's own language."""
    return Trilingual(
        *(
            texts[language].format(**{name: _in(language, detail) for name, detail in details.items()})
            for language in _LANGUAGES
        )
    )


def kind_of_step(kind: str) -> dict[str, Any]:
    """What the table says of one kind of step: ``who``, ``for``, ``rule``, ``title``, perhaps ``calendar``."""
    entry: dict[str, Any] = read_data("timeline")["kinds"][kind]
    return entry


def dates_in(
    language: Language, start: date | None, end: date | None, written: Callable[[date], str] = date.isoformat
) -> str:
    """A day, a period, or one with an open end, as text; ``written`` says how a day is written."""
    if start is None and end is None:
        key = "open"
    elif start == end:
        key = "day"
    elif start is not None and end is not None:
        key = "period"
    else:
        key = "from" if end is None else "until"
    days = {"start": written(start) if start else "", "end": written(end) if end else ""}
    return str(getattr(words("dates", key, **days), language))


def _in(language: Language, detail: str | int | Trilingual) -> str | int:
    return getattr(detail, language) if isinstance(detail, Trilingual) else detail
