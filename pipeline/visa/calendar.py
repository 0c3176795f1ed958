"""Arithmetic with calendar months, as terms of validity are counted, and with working days."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version

from pipeline.system.cache import cached

#: Reiwa began on this day; its first year is 2019 (rule ID-12).
REIWA_START = date(2019, 5, 1)
REIWA_OFFSET = 2018

#: Years whose days off are cached; those of other years are computed in each process.
_CACHED_YEARS = range(2020, 2041)


def months_after(day: date, months: int) -> date:
    """Return the same day ``months`` later (or earlier, if negative), or the last day of a shorter month.

    Results outside the range of ``date`` become its first or last day.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.min if months < 0 else date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def days_after(day: date, number: int) -> date:
    """Return the day ``number`` days later (or earlier, if negative), at most the first or last day of ``date``."""
    return date.fromordinal(min(max(day.toordinal() + number, 1), date.max.toordinal()))


def last_day_within(day: date, months: int) -> date:
    """Return the last day whose preceding ``months`` include ``day``: until then, a paper of that day is recent.

    This can be later than ``months_after``: three months before 31 May is 28 February.
    """
    last = months_after(day, months)
    while last < date.max and months_after(days_after(last, 1), -months) <= day:
        last = days_after(last, 1)
    return last


def first_day_reaching(day: date, months: int) -> date:
    """Return the first day from which ``months`` reach ``day``: the earliest issue of a visa valid on ``day``."""
    first = months_after(day, -months)
    while first > date.min and months_after(days_after(first, -1), months) >= day:
        first = days_after(first, -1)
    while months_after(first, months) < day:
        first = days_after(first, 1)
    return first


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The days on which offices are open that observe the holidays of all ``countries``, and a yearly closing.

    ``closing`` is its first and last day as ``MM-DD``; it includes a turn of the year.
    """

    countries: tuple[str, ...]
    closing: tuple[str, str] | None = None

    def includes(self, day: date) -> bool:
        """Return True if the offices are open on that day, as far as holidays are known."""
        return not self.is_closing(day) and not any(is_day_off(day, country) for country in self.countries)

    def is_closing(self, day: date) -> bool:
        """Return True if the day is in the yearly closing."""
        text = f"{day:%m-%d}"
        return self.closing is not None and (text >= self.closing[0] or text <= self.closing[1])

    def nth(self, day: date, number: int) -> date:
        """Return the ``number``-th working day after ``day``, before it if negative, within the range of ``date``."""
        step, end = (1, date.max) if number > 0 else (-1, date.min)
        while number and day != end:
            day += timedelta(days=step)
            number -= step * self.includes(day)
        return day

    def first_from(self, day: date) -> date:
        """Return ``day`` if it is a working day, otherwise the next one."""
        return day if self.includes(day) else self.nth(day, 1)

    def last_until(self, day: date) -> date:
        """Return ``day`` if it is a working day, otherwise the previous one."""
        return day if self.includes(day) else self.nth(day, -1)


def is_day_off(day: date, country: str) -> bool:
    """Return True on a weekend or public holiday of the country (``JP``, ``CN``, ``HK``), unless it is worked."""
    return day in _days_off(country, day.year)


@cache
def _days_off(country: str, year: int) -> frozenset[date]:
    """Return the days of a year on which offices of the country do not work."""
    if year not in _CACHED_YEARS:
        return _computed_days_off(country, year)

    def compute() -> bytes:
        return " ".join(map(str, sorted(_computed_days_off(country, year)))).encode("ascii")

    stored = cached(f"days-off-{country}-{year}-{version('holidays')}", compute)
    return frozenset(map(date.fromisoformat, stored.decode("ascii").split()))


def _computed_days_off(country: str, year: int) -> frozenset[date]:
    import holidays  # noqa: PLC0415 - loading it takes longer than drawing a page

    observed = holidays.country_holidays(country)
    first = date(year, 1, 1).toordinal()
    days = map(date.fromordinal, range(first, date(year, 12, 31).toordinal() + 1))
    return frozenset(day for day in days if not observed.is_working_day(day))
