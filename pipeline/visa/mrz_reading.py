"""Machine-readable zones in text that was read from a scan: characters that look alike, and fillers too many or few.

A line counts only if all its check digits are right. What they prove is corrected; nothing else is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from pipeline.visa.mrz import wrong_check_digits

LINE_LENGTH = 44
_FILLER = "<"
_DIGITS = str.maketrans("OQDILZSGB", "000112568")
_LETTERS = str.maketrans("01258", "OIZSB")
#: Other signs that a reader sees in place of fillers.
_FILLERS = str.maketrans("«‹〈《＜（([{", _FILLER * 9)
#: The fields that only have digits, and the one that only has letters, as (begin, end).
_NUMERIC, _LETTER_ONLY = ((9, 10), (13, 20), (21, 28), (43, 44)), (10, 13)
_NUMBER, _OPTIONAL = (0, 9), (28, 43)
#: Optional data, its check digit and that of the line.
_TAIL = LINE_LENGTH - _OPTIONAL[0]
_SHORTEST, _LONGEST = 36, 52
_OF_ZONES = re.compile("[A-Z0-9<]+")
_FIRST = re.compile(r"P[A-Z<][A-Z0-9]{3}[A-Z0-9]+<<?[A-Z0-9<]*")


def fold_look_alikes(text: str) -> str:
    """Return a text with letters replaced by the digits that they resemble, to compare what was read with a value."""
    return text.translate(_DIGITS)


def read_second_line(text: str) -> str | None:
    """Return the second line of a zone as it must be, if the check digits prove what was read, else None."""
    line = _cleaned(text)
    if not _SHORTEST <= len(line) <= _LONGEST or not _OF_ZONES.fullmatch(line):
        return None
    tail = _fitted(line[_OPTIONAL[0] :], _TAIL)
    if tail is None:
        return None
    line = line[: _OPTIONAL[0]] + tail
    for begin, end in _NUMERIC:
        line = _replaced(line, begin, end, line[begin:end].translate(_DIGITS))
    line = _replaced(line, *_LETTER_ONLY, line[slice(*_LETTER_ONLY)].translate(_LETTERS))
    return next((each for each in _candidates(line) if not wrong_check_digits(each)), None)


def read_first_line(text: str) -> str | None:
    """Return the first line of a zone, if a text has its form. It has no check digits; a name has no digits."""
    line = _cleaned(text)
    if not _SHORTEST <= len(line) <= _LONGEST or not _FIRST.fullmatch(line):
        return None
    return _fitted(line.translate(_LETTERS), LINE_LENGTH)


def _candidates(line: str) -> Iterator[str]:
    """Yield the line with number and optional data as read, and with digits in place of the letters they resemble."""
    number, optional = line[slice(*_NUMBER)], line[slice(*_OPTIONAL)]
    numbers = (number, number[:2] + number[2:].translate(_DIGITS), number[:1] + number[1:].translate(_DIGITS))
    for one, other in product(dict.fromkeys(numbers), dict.fromkeys((optional, optional.translate(_DIGITS)))):
        yield _replaced(_replaced(line, *_NUMBER, one), *_OPTIONAL, other)


def _cleaned(text: str) -> str:
    return "".join(text.upper().translate(_FILLERS).split())


def _fitted(text: str, length: int) -> str | None:
    """Return a text whose longest run of fillers was lengthened or shortened to give it a length; None if none can."""
    runs = sorted(re.finditer("<+", text), key=lambda run: len(run[0]))
    missing = length - len(text)
    if missing == 0:
        return text
    if not runs or len(runs[-1][0]) + missing < 1:
        return None
    begin, end = runs[-1].span()
    return text[:begin] + _FILLER * (end - begin + missing) + text[end:]


def _replaced(line: str, begin: int, end: int, text: str) -> str:
    return line[:begin] + text + line[end:]
