from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.exceptions import FilterArgumentError

from pipeline.documents.filters import (
    CURRENCIES,
    FILTERS,
    answer,
    at_rate,
    date_en,
    date_ja,
    date_reiwa,
    date_zh,
    label,
    money,
    phone_ja,
    tick,
    yen,
)
from pipeline.resources import read_data
from tests.support.cases import ROOT

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


def test_none_is_an_answer_and_nothing_is_not() -> None:
    assert [answer(text) for text in ("none", "None of them", "教师")] == ["无 / None", "None of them", "教师"]
    assert "``无 / None``" in (answer.__doc__ or "")
    with pytest.raises(FilterArgumentError, match="guard an answer"):
        answer(None)  # type: ignore[arg-type]


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
        ("route", "treatment", "properties/route"),
        ("cell_processing", "treatment", "properties/cell_processing/properties/kind"),
    ],
)
def test_every_code_that_a_case_may_have_has_a_label(table: str, schema: str, place: str) -> None:
    found: Any = json.loads((ROOT / "schemas" / f"{schema}.schema.json").read_text(encoding="utf-8"))
    for step in place.split("/"):
        found = found[step]
    assert set(found["enum"]) == set(read_data("labels")[table])


#: As the schema allows them: up to five digits, perhaps a point and one to four more.
RATES = st.decimals(Decimal("0.0001"), Decimal("99999.9999"), places=4).map(str)
YEN = st.integers(0, 20 * 10**9)


class TestMoney:
    """Amounts of money, exact to the digit."""

    def test_the_examples_of_the_docstrings_are_what_they_give(self) -> None:
        assert money(1441000, "JPY") == "JPY 1,441,000"
        assert money(at_rate(1441000, "21.40"), "CNY") == "CNY 67,336.45"
        assert '``1441000|money("JPY")`` is ``JPY 1,441,000``' in (money.__doc__ or "")
        assert '``1441000|at_rate("21.40")|money("CNY")`` is ``CNY 67,336.45``' in (at_rate.__doc__ or "")

    @pytest.mark.parametrize(
        ("amount", "currency", "text"),
        [
            (0, "JPY", "JPY 0"),
            (999, "JPY", "JPY 999"),
            (1000, "CNY", "CNY 1,000.00"),
            (Decimal("9461.59"), "USD", "USD 9,461.59"),
            (Decimal("9461.5"), "USD", "USD 9,461.50"),
            (Decimal("200000000000000.01"), "CNY", "CNY 200,000,000,000,000.01"),
        ],
    )
    def test_an_amount_has_the_digits_of_its_currency(self, amount: int | Decimal, currency: str, text: str) -> None:
        assert money(amount, currency) == text

    def test_no_sign_that_yen_and_yuan_share(self) -> None:
        assert not set("¥￥元円") & set("".join(money(1, currency) for currency in CURRENCIES))

    @pytest.mark.parametrize(("amount", "currency"), [(Decimal("0.5"), "JPY"), (Decimal("1.005"), "CNY")])
    def test_money_rounds_nothing(self, amount: Decimal, currency: str) -> None:
        with pytest.raises(FilterArgumentError, match="digits after the point"):
            money(amount, currency)

    @pytest.mark.parametrize("currency", ["EUR", "RMB", "jpy", ""])
    def test_another_currency_is_refused(self, currency: str) -> None:
        with pytest.raises(FilterArgumentError, match="known: JPY, CNY, USD"):
            money(1, currency)

    @pytest.mark.parametrize("amount", [None, 1.0, "1441000", True])
    def test_an_amount_is_no_float_and_no_text(self, amount: Any) -> None:
        for give in (lambda: money(amount, "JPY"), lambda: at_rate(amount, "21.40")):
            with pytest.raises(FilterArgumentError, match="guard an optional amount"):
                give()

    @pytest.mark.parametrize("rate", ["0", "0.00", "-21.40", "", "21,40", "NaN", "Infinity", "x"])
    def test_a_rate_is_a_number_above_0(self, rate: str) -> None:
        with pytest.raises(FilterArgumentError, match="needs a rate above 0"):
            at_rate(1, rate)

    @pytest.mark.parametrize("rate", [21.4, 21, None, Decimal("21.40")])
    def test_a_rate_is_a_text(self, rate: Any) -> None:
        with pytest.raises(FilterArgumentError, match="as a text"):
            at_rate(1, rate)

    @pytest.mark.parametrize(("yen", "rate", "text"), [(1, "200", "0.01"), (1, "200.0001", "0.00"), (3, "200", "0.02")])
    def test_half_a_cent_is_rounded_up(self, yen: int, rate: str, text: str) -> None:
        assert str(at_rate(yen, rate)) == text

    @given(YEN, RATES)
    def test_it_is_the_nearest_cent(self, yen: int, rate: str) -> None:
        exact, found = Fraction(yen) / Fraction(rate), Fraction(at_rate(yen, rate))
        assert -Fraction(1, 200) < found - exact <= Fraction(1, 200)
        assert found * 100 == int(found * 100)

    @given(YEN, YEN, RATES)
    def test_more_yen_are_never_less(self, one: int, other: int, rate: str) -> None:
        assert (at_rate(one, rate) <= at_rate(other, rate)) or one > other

    @given(YEN)
    def test_at_one_for_one_nothing_changes(self, yen: int) -> None:
        assert at_rate(yen, "1") == at_rate(yen, "1.0000") == yen

    @given(YEN, RATES, st.sampled_from([ROUND_DOWN, ROUND_UP]), st.integers(1, 9))
    def test_no_setting_elsewhere_changes_an_amount(self, yen: int, rate: str, rounding: str, digits: int) -> None:
        expected = money(at_rate(yen, rate), "CNY")
        with localcontext() as context:
            context.prec, context.rounding = digits, rounding
            assert money(at_rate(yen, rate), "CNY") == expected

    @given(YEN, RATES, st.sampled_from(["CNY", "USD"]))
    def test_what_is_printed_is_the_amount(self, yen: int, rate: str, currency: str) -> None:
        amount = at_rate(yen, rate)
        code, number = money(amount, currency).split(" ")
        assert (code, Decimal(number.replace(",", ""))) == (currency, amount)

    @given(st.lists(st.integers(0, 10**9), min_size=1, max_size=20), RATES)
    def test_lines_and_total_differ_by_rounding_alone(self, lines: list[int], rate: str) -> None:
        """Half a cent for each line and for the total, which is what the estimate says."""
        apart = sum(at_rate(line, rate) for line in lines) - at_rate(sum(lines), rate)
        assert abs(apart) <= Decimal("0.005") * (len(lines) + 1)


def test_yen_and_telephone_numbers_are_as_in_japan() -> None:
    assert [yen(amount) for amount in (0, 88000, 1441000)] == ["0円", "88,000円", "1,441,000円"]
    numbers = ("+81 3 0000 0001", "+81-90-0000-0001", "+81300000001", "+86 10 0000 0001", "03-0000-0001")
    written = ["03-0000-0001", "090-0000-0001", "+81300000001", "+86 10 0000 0001", "03-0000-0001"]
    assert [phone_ja(number) for number in numbers] == written
    assert "``03-0000-0001``" in (phone_ja.__doc__ or "")
    with pytest.raises(FilterArgumentError, match="guard an optional number"):
        phone_ja(None)  # type: ignore[arg-type]
