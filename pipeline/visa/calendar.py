"""Arithmetic with calendar months, as terms of validity are counted, and with working days."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version

from pipeline.system.cache import kept

#: Years for which the days off are kept; those of others are looked up each time.
_YEARS = range(2020, 2041)


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
    return day not in (_days_off()[day.year] if day.year in _YEARS else _looked_up(day.year))


@cache
def _days_off() -> Mapping[int, frozenset[date]]:
    """The days off of the usual years. They are kept, for the library of holidays takes longer to load than a page."""
    lines = kept(f"days-off-{version('holidays')}", _written).decode("ascii").split("\n")
    days = [[date.fromisoformat(word) for word in line.split()] for line in lines]
    return {year: frozenset(found) for year, found in zip(_YEARS, days, strict=True)}


def _written() -> bytes:
    """A line a year."""
    return "\n".join(" ".join(map(str, sorted(_looked_up(year)))) for year in _YEARS).encode("ascii")


@cache
def _looked_up(year: int) -> frozenset[date]:
    """The days of a year on which offices of either country do not work."""
    # Imported here: see _days_off.
    import holidays  # noqa: PLC0415

    calendars = [holidays.country_holidays(country) for country in ("JP", "CN")]
    first = date(year, 1, 1).toordinal()
    days = map(date.fromordinal, range(first, date(year, 12, 31).toordinal() + 1))
    return frozenset(day for day in days if not all(each.is_working_day(day) for each in calendars))


def after_working_days(day: date, number: int) -> date:
    """The ``number``-th working day after ``day``; the last date there is when the calendar ends before."""
    while number > 0 and day < date.max:
        day += timedelta(days=1)
        number -= is_working_day(day)
    return day


def before_working_days(day: date, number: int) -> date:
    """The ``number``-th working day before ``day``; the first date there is when the calendar begins after."""
    while number > 0 and day > date.min:
        day -= timedelta(days=1)
        number -= is_working_day(day)
    return day


def working_day_from(day: date) -> date:
    """``day`` itself when it is a working day, else the next one."""
    return day if is_working_day(day) else after_working_days(day, 1)


def working_day_until(day: date) -> date:
    """``day`` itself when it is a working day, else the last one before."""
    return day if is_working_day(day) else before_working_days(day, 1)


def days_after(day: date, number: int) -> date:
    """``number`` days later (or earlier, when negative); the first or the last date when there is none."""
    return date.fromordinal(min(max(day.toordinal() + number, 1), date.max.toordinal()))


def last_day_within(day: date, months: int) -> date:
    """The last day that has ``day`` within the ``months`` before it: for how long a paper of that day is recent.

    What holds at the end of a month is why this is not ``months_after`` alone: counted back from the 31st of
    May, the 28th of February is three months before.
    """
    last = months_after(day, months)
    while last < date.max and months_after(days_after(last, 1), -months) <= day:
        last = days_after(last, 1)
    return last


def first_day_reaching(day: date, months: int) -> date:
    """The first day from which ``months`` reach ``day``: the earliest issue of a visa that still holds on ``day``."""
    first = months_after(day, -months)
    while first > date.min and months_after(days_after(first, -1), months) >= day:
        first = days_after(first, -1)
    while months_after(first, months) < day:
        first = days_after(first, 1)
    return first


#: Reiwa began on 2019-05-01; its first year is 2019 (rule ID-12).
REIWA_START = date(2019, 5, 1)


REIWA_OFFSET = 2018
