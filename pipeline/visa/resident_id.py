"""The resident identity number of China: 17 digits, with the day of birth, and a check digit (GB 11643-1999)."""

from __future__ import annotations

from stdnum.cn import ric
from stdnum.exceptions import ValidationError


def has_check_digit(number: str) -> bool:
    """Return True if the last character of a number of 18 is its check digit."""
    # Not ric.validate: it rejects areas formed after the birth, although numbers were issued even later.
    return bool(number[-1] == ric.calc_check_digit(number))


def has_day_of_birth(number: str) -> bool:
    """Return True if the number contains a day that exists."""
    try:
        ric.get_birth_date(number)
    except ValidationError:
        return False
    return True


def is_resident_id(number: str) -> bool:
    """Return True if a number of 17 digits and a check digit is valid."""
    return has_check_digit(number) and has_day_of_birth(number)
