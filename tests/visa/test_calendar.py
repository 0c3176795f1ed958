from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.visa.calendar import (
    WorkingDays,
    days_after,
    first_day_reaching,
    is_day_off,
    last_day_within,
    months_after,
)

#: The days of a Japanese mission in mainland China.
OPEN = WorkingDays(("JP", "CN"), ("12-29", "01-03"))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-12-07", -3, "2026-09-07"),
        ("2027-05-31", -3, "2027-02-28"),
        ("2028-05-31", -3, "2028-02-29"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2027-02-28", 6, "2027-08-28"),
        ("2027-01-31", 1, "2027-02-28"),
        ("2027-12-15", 1, "2028-01-15"),
        ("2027-01-15", -1, "2026-12-15"),
        ("2027-06-30", 0, "2027-06-30"),
        ("0001-02-01", -3, "0001-01-01"),
        ("9999-12-31", 6, "9999-12-31"),
        ("9999-06-30", 6, "9999-12-30"),
        ("0001-04-01", -3, "0001-01-01"),
    ],
)
def test_months_after(day: str, months: int, expected: str) -> None:
    assert months_after(date.fromisoformat(day), months) == date.fromisoformat(expected)


@given(day=st.dates(), months=st.integers(-24, 24))
def test_the_day_of_the_month_stays_or_is_the_last_of_its_month(day: date, months: int) -> None:
    found = months_after(day, months)
    if found in {date.min, date.max}:
        return
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found.day < day.day and date.fromordinal(found.toordinal() + 1).day == 1)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-12-07", True),
        ("2026-12-05", False),
        ("2026-12-06", False),
        ("2026-12-28", True),
        ("2026-12-29", False),
        ("2026-12-31", False),
        ("2027-01-01", False),
        ("2027-01-04", True),
        ("2027-01-11", False),
        ("2027-04-29", False),
        ("2027-02-08", False),
        ("2026-10-07", False),
        ("2026-10-10", False),
    ],
)
def test_a_working_day_is_one_in_both_countries(day: str, works: bool) -> None:  # noqa: FBT001 - a table
    """The table includes holidays of only Japan or only China, a Saturday worked in China, and the turn of the year."""
    assert OPEN.includes(date.fromisoformat(day)) == works


@pytest.mark.parametrize(
    ("day", "number", "expected"),
    [
        ("2026-12-07", 0, "2026-12-07"),
        ("2026-12-07", 1, "2026-12-08"),
        ("2026-12-07", 5, "2026-12-14"),
        ("2026-12-04", 1, "2026-12-07"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-12-28", 1, "2027-01-04"),
        ("9999-12-30", 5, "9999-12-31"),
        ("2026-12-08", -1, "2026-12-07"),
        ("2026-12-14", -5, "2026-12-07"),
    ],
)
def test_nth_working_day(day: str, number: int, expected: str) -> None:
    assert OPEN.nth(date.fromisoformat(day), number) == date.fromisoformat(expected)


#: Days whose holidays both countries have published or are computed for.
working_years = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(day=st.dates(date(1, 6, 1), date(9999, 6, 1)), months=st.integers(1, 3))
def test_the_last_day_within_is_the_last(day: date, months: int) -> None:
    last = last_day_within(day, months)
    assert months_after(last, -months) <= day < months_after(last + timedelta(days=1), -months)


@given(day=st.dates(date(5, 1, 1), date(9999, 6, 1)), months=st.integers(1, 36))
def test_the_first_day_reaching_is_the_first(day: date, months: int) -> None:
    first = first_day_reaching(day, months)
    assert months_after(first, months) >= day > months_after(first - timedelta(days=1), months)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-11-20", "2027-02-20"),
        ("2026-11-30", "2027-02-28"),
        ("2027-02-28", "2027-05-31"),
        ("9999-12-01", "9999-12-31"),
    ],
)
def test_last_day_within_three_months(day: str, expected: str) -> None:
    assert last_day_within(date.fromisoformat(day), 3) == date.fromisoformat(expected)


@given(day=working_years, number=st.integers(1, 15))
def test_working_days_before_are_those_after_read_backwards(day: date, number: int) -> None:
    found = OPEN.nth(day, -number)
    assert OPEN.includes(found)
    assert sum(map(OPEN.includes, (found + timedelta(days=n) for n in range((day - found).days)))) == number


@given(day=working_years)
def test_the_working_days_around_a_day(day: date) -> None:
    earlier, later = OPEN.last_until(day), OPEN.first_from(day)
    assert earlier <= day <= later
    assert OPEN.includes(earlier)
    assert OPEN.includes(later)
    assert (earlier == later) == OPEN.includes(day)


@pytest.mark.parametrize(
    ("day", "number", "expected"),
    [("2027-01-14", 42, "2027-02-25"), ("9999-12-30", 5, "9999-12-31"), ("0001-01-02", -5, "0001-01-01")],
)
def test_days_after(day: str, number: int, expected: str) -> None:
    assert days_after(date.fromisoformat(day), number) == date.fromisoformat(expected)


def test_before_the_first_day_there_is_none() -> None:
    assert OPEN.nth(date(1, 1, 2), -5) == date.min
    assert first_day_reaching(date(1, 1, 5), 3) == date.min


def test_cached_days_off_are_those_of_the_library() -> None:
    known = {country: holidays.country_holidays(country) for country in ("JP", "CN", "HK")}
    day = date(2019, 12, 1)
    while day < date(2041, 2, 1):  # a little before and after the cached years
        assert {name: is_day_off(day, name) for name in known} == {
            name: not country.is_working_day(day) for name, country in known.items()
        }
        day += timedelta(days=1)
