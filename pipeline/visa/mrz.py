"""The machine-readable zone of a passport: two lines of 44 characters (ICAO Doc 9303, part 4, TD3)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle

_WEIGHTS = (7, 3, 1)
_FILLER = "<"


@dataclass(frozen=True, slots=True)
class Mrz:
    """The fields of the zone without fillers; dates as YYMMDD, sex as M, F or empty."""

    document: str
    issuer: str
    surname: str
    given_names: str
    number: str
    nationality: str
    birth_date: str
    sex: str
    expiry_date: str


def check_digit(field: str) -> str:
    """Return the check digit of a field: weights 7, 3, 1; filler 0, A is 10, Z is 35; sum modulo 10."""
    return str(sum(_value(character) * weight for character, weight in zip(field, cycle(_WEIGHTS), strict=False)) % 10)


def _value(character: str) -> int:
    return 0 if character == _FILLER else int(character, 36)


def wrong_check_digits(second: str) -> list[str]:
    """Return the names of the fields of the second line whose check digit is wrong."""
    fields = {
        "number": (second[0:9], second[9]),
        "birth date": (second[13:19], second[19]),
        "expiry date": (second[21:27], second[27]),
        "optional data": (second[28:42], second[42]),
        "whole line": (second[0:10] + second[13:20] + second[21:43], second[43]),
    }
    return [name for name, (field, digit) in fields.items() if not _matches(field, digit)]


def _matches(field: str, digit: str) -> bool:
    # An empty optional field may have a filler in place of the digit 0.
    return digit == check_digit(field) or (digit == _FILLER and not field.strip(_FILLER))


def parse_zone(first: str, second: str) -> Mrz:
    """Split both lines into fields, without checking them."""
    surname, _, given = first[5:].partition("<<")
    return Mrz(
        document=first[0:2].rstrip(_FILLER),
        issuer=first[2:5],
        surname=surname.strip(_FILLER),
        given_names=given.strip(_FILLER),
        number=second[0:9].rstrip(_FILLER),
        nationality=second[10:13],
        birth_date=second[13:19],
        sex=second[20].strip(_FILLER),
        expiry_date=second[21:27],
    )


def name_in_zone(name: str) -> str:
    """Return a name in passport letters as in the zone: fillers for spaces and hyphens, no apostrophes."""
    return name.replace("'", "").replace(" ", _FILLER).replace("-", _FILLER)
