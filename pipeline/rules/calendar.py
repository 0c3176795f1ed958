"""Arithmetic with calendar months, as terms of validity are counted."""

from __future__ import annotations

import calendar
from datetime import date


def months_after(day: date, months: int) -> date:
    """Same day ``months`` later (or earlier, when negative); the month's last day where there is none.

    Before and after the years that a date can have, the first and the last date there is.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.min if months < 0 else date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
