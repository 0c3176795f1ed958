"""Arithmetic with calendar months, as terms of validity are counted, and with working days."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from functools import cache

import holidays


def months_after(day: date, months: int) -> date:
    """Same day ``months`` later (or earlier, when negative); the month's last day where there is none.

    Before and after the years that a date can have, the first and the last date there is.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.min if months < 0 else date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def is_working_day(day: date) -> bool:
    """Whether offices in Japan and in China both work on that day, as far as the holidays are known."""
    return all(_holidays(country).is_working_day(day) for country in ("JP", "CN"))


@cache
def _holidays(country: str) -> holidays.HolidayBase:
    return holidays.country_holidays(country)


def after_working_days(day: date, number: int) -> date:
    """The ``number``-th working day after ``day``; the last date there is when the calendar ends before."""
    while number > 0 and day < date.max:
        day += timedelta(days=1)
        number -= is_working_day(day)
    return day
