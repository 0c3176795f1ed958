"""The filters of this program for Word templates, such as ``{{ visa.letter_date|date_reiwa }}``.

Each takes one value of the case and returns the text to print; ``at_rate`` returns an amount for ``money``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision
from jinja2.exceptions import FilterArgumentError

from pipeline.case.base import NONE
from pipeline.case.people import PersonName
from pipeline.resources import read_data
from pipeline.visa.calendar import REIWA_OFFSET, REIWA_START

#: A black box beside a white one: a circle beside a box looks as empty. Noto Sans CJK has no ticked box (U+2611).
TICKED, UNTICKED = "■", "□"

#: The currencies of documents. Yen and yuan have the same sign, so codes are printed.
CURRENCIES = ("JPY", "CNY", "USD")

_CENT = Decimal("0.01")

#: An own context, so that no other setting changes an amount, with enough digits to round only the cents.
_ROUNDING = Context(prec=60, rounding=ROUND_HALF_UP)

#: The answer "none" on a form. Only the applicant may give it (rule FRM-01).
NONE_ANSWERED = "无 / None"


def _day(value: object) -> date:
    """Return ``value`` if it is a day. Babel would print today for None, a day that the case lacks."""
    if isinstance(value, date):
        return value
    raise FilterArgumentError("a filter for dates needs a day; guard an optional day with {% if %}")


@lru_cache(maxsize=4096)  # the documents of a packet print the same days
def _long(day: date, locale: str) -> str:
    return format_date(day, "long", locale=locale)


def date_ja(day: date) -> str:
    """Western date in Japanese: ``2026年11月20日``."""
    return _long(_day(day), "ja")


def date_reiwa(day: date) -> str:
    """Date in the Japanese era: ``令和8年11月20日``.

    Not for a day before 2019-05-01, which belongs to another era.
    """
    if _day(day) < REIWA_START:
        raise FilterArgumentError("the era Reiwa begins on 2019-05-01; use date_ja for earlier days")
    return f"令和{day.year - REIWA_OFFSET}年{day.month}月{day.day}日"


def date_en(day: date) -> str:
    """Date in English, day first: ``20 November 2026``."""
    return _long(_day(day), "en_GB")


def date_zh(day: date) -> str:
    """Date in Chinese: ``2026年11月20日``."""
    return _long(_day(day), "zh")


def tick(state: bool) -> str:  # noqa: FBT001 - a filter's value comes by position
    """Tick box: ``■`` when true, ``□`` when false."""
    return TICKED if state else UNTICKED


def label(code: str, table: str, language: str) -> str:
    """Printed word for a code of the case: ``"male"|label("sex", "ja")`` is ``男``.

    Tables and languages are in ``pipeline/visa/data/labels.json``.
    """
    tables = read_data("labels")
    if table not in tables:
        raise FilterArgumentError(f"label has no table {table!r}; known: {', '.join(tables)}")
    text = tables[table].get(code, {}).get(language)
    if not isinstance(text, str):
        raise FilterArgumentError(f"the table {table!r} of label has no word for this code in {language!r}")
    return text


def money(amount: int | Decimal, currency: str) -> str:
    """Amount with the code of its currency: ``1441000|money("JPY")`` is ``JPY 1,441,000``.

    Codes are ``JPY``, ``CNY`` and ``USD``: the sign ¥ means yen and yuan. It rounds nothing.
    """
    if currency not in CURRENCIES:
        raise FilterArgumentError(f"money has no currency {currency!r}; known: {', '.join(CURRENCIES)}")
    exact = _exact(amount)
    digits = get_currency_precision(currency)
    if exact != _ROUNDING.quantize(exact, Decimal(1).scaleb(-digits)):
        raise FilterArgumentError(f"an amount in {currency} has at most {digits} digits after the point")
    with localcontext(_ROUNDING):  # Babel uses the current context
        return format_currency(exact, currency, "¤¤ #,##0.00", locale="en")


def yen(amount: int) -> str:
    """Yen as they are written in Japanese: ``88000|yen`` is ``88,000円``."""
    return f"{_exact(amount):,f}円"


def phone_ja(number: str) -> str:
    """Telephone number of Japan as it is written there: ``+81 3 0000 0001`` is ``03-0000-0001``.

    A number of another country, and one that is not grouped by spaces or hyphens, stays as it is.
    """
    if not isinstance(number, str):
        raise FilterArgumentError("phone_ja needs a number; guard an optional number with {% if %}")
    country, *groups = re.split(r"[ -]+", number.strip())
    return f"0{'-'.join(groups)}" if country == "+81" and len(groups) > 1 else number


def at_rate(amount_jpy: int, rate: str) -> Decimal:
    """Yen in another currency, at a rate: ``1441000|at_rate("21.40")|money("CNY")`` is ``CNY 67,336.45``.

    The rate is how many yen one unit costs, as a text, so that its digits count as they are written. Half a cent is
    rounded up. Each amount is rounded for itself: convert a total from its yen, do not add what was converted.
    """
    if not isinstance(rate, str):
        raise FilterArgumentError("at_rate takes the rate as a text, such as costs.exchange.jpy_per_cny")
    try:
        yen_for_one = Decimal(rate)
    except InvalidOperation:
        yen_for_one = Decimal(0)
    if not yen_for_one.is_finite() or yen_for_one <= 0:
        raise FilterArgumentError("at_rate needs a rate above 0")
    return _ROUNDING.quantize(_ROUNDING.divide(_exact(amount_jpy), yen_for_one), _CENT)


def _exact(amount: object) -> Decimal:
    """Return ``amount`` as a decimal number. A float is rejected: its digits are not exact."""
    if isinstance(amount, Decimal) or (isinstance(amount, int) and not isinstance(amount, bool)):
        return Decimal(amount)
    raise FilterArgumentError("a filter for money needs an amount; guard an optional amount with {% if %}")


def answer(text: str) -> str:
    """The applicant's own answer: ``none`` is printed as ``无 / None``, any other text as it is."""
    if not isinstance(text, str):
        raise FilterArgumentError("answer needs a text; guard an answer that may be absent with {% if %}")
    return NONE_ANSWERED if text == NONE else text


def age_on(birth: date, day: date) -> str:
    """Age in full years on a day: ``patient.birth_date|age_on(visa.letter_date)`` is ``34``."""
    years = _day(day).year - _day(birth).year
    return str(years - ((day.month, day.day) < (birth.month, birth.day)))


def surname_first(name: PersonName) -> str:
    """Name in passport letters, surname first: ``patient.name|surname_first`` is ``WANG XIAOMING``."""
    return _person(name).surname_first


def given_names_first(name: PersonName) -> str:
    """Name in passport letters, given names first: ``patient.name|given_names_first`` is ``XIAOMING WANG``."""
    return _person(name).given_names_first


def _person(name: object) -> PersonName:
    if isinstance(name, PersonName):
        return name
    raise FilterArgumentError("a filter for names needs the name of a person, such as patient.name")


FILTERS: dict[str, Callable[..., str | Decimal]] = {
    "date_ja": date_ja,
    "date_reiwa": date_reiwa,
    "date_en": date_en,
    "date_zh": date_zh,
    "tick": tick,
    "label": label,
    "age_on": age_on,
    "surname_first": surname_first,
    "given_names_first": given_names_first,
    "money": money,
    "yen": yen,
    "phone_ja": phone_ja,
    "at_rate": at_rate,
    "answer": answer,
}
