"""Finds calendar days in a text, in every form that a document prints."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from pipeline.visa.calendar import REIWA_OFFSET

_MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
_MONTH = "|".join(f"{name}|{name[:3]}" for name in _MONTHS)
_YEAR, _MONTH_NUMBER, _DAY = r"(?P<year>\d{4})", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_YEAR}\s*年\s*{_MONTH_NUMBER}\s*月\s*{_DAY}\s*[日号]",
        rf"令和\s*(?P<reiwa>\d{{1,2}}|元)\s*年\s*{_MONTH_NUMBER}\s*月\s*{_DAY}\s*日",
        rf"(?<!\d){_DAY}\s+(?P<name>{_MONTH})\.?,?\s+{_YEAR}(?!\d)",
        rf"\b(?P<name>{_MONTH})\.?\s+{_DAY},?\s+{_YEAR}(?!\d)",
        rf"(?<![\d-]){_YEAR}(?P<between>[-/.]){_MONTH_NUMBER}(?P=between){_DAY}(?![\d-])",
    )
)


def find_days(text: str) -> dict[date, str]:
    """Return each day in ``text``, with its wording."""
    plain = unicodedata.normalize("NFKC", text)
    found = {}
    for form in _FORMS:
        for match in form.finditer(plain):
            day = _day(match.groupdict())
            if day is not None:
                found[day] = match[0]
    return found


def _day(parts: dict[str, str]) -> date | None:
    if parts.get("reiwa"):
        year = REIWA_OFFSET + (1 if parts["reiwa"] == "元" else int(parts["reiwa"]))
    else:
        year = int(parts["year"])
    name = parts.get("name")
    month = 1 + [known[:3] for known in _MONTHS].index(name.lower()[:3]) if name else int(parts["month"])
    try:
        return date(year, month, int(parts["day"]))
    except ValueError:
        return None
