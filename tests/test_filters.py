from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from jinja2.exceptions import FilterArgumentError

from pipeline.filters import FILTERS, date_en, date_ja, date_reiwa, date_zh, label, tick
from pipeline.resources import read_data

EXAMPLE: dict[Callable[[date], str], tuple[date, str]] = {
    date_ja: (date(2026, 11, 20), "2026年11月20日"),
    date_reiwa: (date(2026, 11, 20), "令和8年11月20日"),
    date_en: (date(2026, 11, 20), "20 November 2026"),
    date_zh: (date(2026, 11, 20), "2026年11月20日"),
}
DATE_FILTERS = list(EXAMPLE)


@pytest.mark.parametrize("function", DATE_FILTERS)
def test_the_example_of_the_docstring_is_what_it_gives(function: Callable[[date], str]) -> None:
    day, text = EXAMPLE[function]
    assert function(day) == text
    assert f"``{text}``" in (function.__doc__ or "")


def test_the_examples_of_tick_and_label_are_what_they_give() -> None:
    assert [tick(state) for state in (True, False)] == ["■", "□"]
    assert label("male", "sex", "ja") == "男"
    assert "``■``" in (tick.__doc__ or "")
    assert '``"male"|label("sex", "ja")`` is ``男``' in (label.__doc__ or "")


def test_every_filter_has_its_own_name() -> None:
    assert {name: function.__name__ for name, function in FILTERS.items()} == {name: name for name in FILTERS}


@pytest.mark.parametrize("function", DATE_FILTERS)
@pytest.mark.parametrize("value", [None, "2026-11-20", 20261120, ""])
def test_a_filter_for_dates_takes_nothing_else(function: Callable[[Any], str], value: object) -> None:
    """Babel takes None for today: an absent day would be printed as the day of the run."""
    with pytest.raises(FilterArgumentError, match="guard an optional day"):
        function(value)


def test_reiwa_begins_in_may_2019() -> None:
    assert date_reiwa(date(2019, 5, 1)) == "令和1年5月1日"
    with pytest.raises(FilterArgumentError, match="begins on 2019-05-01"):
        date_reiwa(date(2019, 4, 30))


@given(st.dates(date(2019, 5, 1), date(2099, 12, 31)))
def test_reiwa_and_western_years_are_the_same_day(day: date) -> None:
    numbers = [int(number) for number in re.findall(r"[0-9]+", date_reiwa(day))]
    assert date(numbers[0] + 2018, numbers[1], numbers[2]) == day


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_different_days_are_printed_differently(day: date) -> None:
    for function in (date_ja, date_en, date_zh):
        assert function(day) != function(day + timedelta(days=1))


def test_english_dates_name_each_month() -> None:
    months = [date_en(date(2026, month, 2)).split()[1] for month in range(1, 13)]
    assert months[0] == "January"
    assert months[-1] == "December"
    assert len(set(months)) == 12


@pytest.mark.parametrize(("code", "table", "language"), [("x", "sex", "ja"), ("male", "x", "ja"), ("male", "sex", "x")])
def test_an_unknown_label_is_an_error(code: str, table: str, language: str) -> None:
    with pytest.raises(FilterArgumentError):
        label(code, table, language)


def test_every_label_has_every_language() -> None:
    for table, codes in read_data("labels").items():
        for code in codes:
            assert all(label(code, table, language).strip() for language in ("ja", "en", "zh")), (table, code)


@pytest.mark.parametrize(
    ("table", "schema", "place"),
    [
        ("sex", "common", "$defs/sex"),
        ("side", "condition", "properties/side"),
        ("entries", "visa", "properties/entries"),
        ("guarantor_kind", "guarantor", "properties/kind"),
        ("step", "visit", "properties/procedures/items/properties/step"),
        ("passport_kind", "passport", "properties/kind"),
        ("risk_class", "treatment", "properties/risk_class"),
        ("treatment_kind", "treatment", "properties/kind"),
        ("cell_processing", "treatment", "properties/cell_processing/properties/kind"),
    ],
)
def test_every_code_that_a_case_may_have_has_a_label(table: str, schema: str, place: str) -> None:
    found: Any = json.loads((ROOT / "schemas" / f"{schema}.schema.json").read_text(encoding="utf-8"))
    for step in place.split("/"):
        found = found[step]
    assert set(found["enum"]) == set(read_data("labels")[table])
