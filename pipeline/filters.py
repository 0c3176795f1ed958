"""The helper filters that a Word template may use, such as ``{{ visa.letter_date|date_reiwa }}``.

Each takes one value of the case and returns the text that is printed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from babel.dates import format_date
from jinja2.exceptions import FilterArgumentError

from pipeline.resources import read_data

#: Reiwa began on 2019-05-01; its first year is 2019 (rule ID-12).
REIWA_START = date(2019, 5, 1)
REIWA_OFFSET = 2018

#: Noto Sans CJK has no ballot boxes (U+2610, U+2611), so full and empty squares stand for them.
TICKED, UNTICKED = "■", "□"


def _day(value: object) -> date:
    """``value`` itself. Babel would take None for today, and print that in place of a day that a case lacks."""
    if isinstance(value, date):
        return value
    raise FilterArgumentError("a filter for dates is given something else; guard an optional day with {% if %}")


def date_ja(day: date) -> str:
    """Western date in Japanese: ``2026年11月20日``."""
    return format_date(_day(day), "long", locale="ja")


def date_reiwa(day: date) -> str:
    """Date in the Japanese era: ``令和8年11月20日``.

    Not for a day before 2019-05-01, where another era holds.
    """
    if _day(day) < REIWA_START:
        raise FilterArgumentError("the era Reiwa begins on 2019-05-01; use date_ja for earlier days")
    return f"令和{day.year - REIWA_OFFSET}年{day.month}月{day.day}日"


def date_en(day: date) -> str:
    """Date in English, day first: ``20 November 2026``."""
    return format_date(_day(day), "long", locale="en_GB")


def date_zh(day: date) -> str:
    """Date in Chinese: ``2026年11月20日``."""
    return format_date(_day(day), "long", locale="zh")


def tick(state: bool) -> str:  # noqa: FBT001 - a filter's value comes by position
    """Tick box: ``■`` when true, ``□`` when false."""
    return TICKED if state else UNTICKED


def label(code: str, table: str, language: str) -> str:
    """Printed word for a code of the case: ``"male"|label("sex", "ja")`` is ``男``.

    Tables and languages stand in ``pipeline/data/labels.json``.
    """
    tables = read_data("labels")
    if table not in tables:
        raise FilterArgumentError(f"label has no table {table!r}; known: {', '.join(tables)}")
    text = tables[table].get(code, {}).get(language)
    if not isinstance(text, str):
        raise FilterArgumentError(f"the table {table!r} of label has no word for this code in {language!r}")
    return text


FILTERS: dict[str, Callable[..., str]] = {
    "date_ja": date_ja,
    "date_reiwa": date_reiwa,
    "date_en": date_en,
    "date_zh": date_zh,
    "tick": tick,
    "label": label,
}
