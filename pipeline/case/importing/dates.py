"""Read dates as people in Japan and China write them. A date that can be read in two ways is an error."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from pipeline.case.importing.cells import CellError

#: A date format in which two numbers follow each other, such as %Y%m%d.
_JOINED = re.compile(r"%[Ymd]%[Ymd]")
#: The year first, so that no day can be taken for a month.
_DAY = r"\s*(?:年|[-/.])\s*(?P<month>[0-9]{1,2})\s*(?:月|[-/.])\s*(?P<day>[0-9]{1,2})\s*[日号]?"
_WRITTEN = re.compile(rf"(?P<year>[0-9]{{4}}){_DAY}")
_IN_ERA = re.compile(rf"(?P<era>大正|昭和|平成|令和|[TSHR])\s*(?P<year>[0-9]{{1,2}}|元){_DAY}", re.IGNORECASE)
#: First and last day of each era.
_ERAS: Mapping[str, tuple[dt.date, dt.date]] = {
    "T": (dt.date(1912, 7, 30), dt.date(1926, 12, 24)),
    "S": (dt.date(1926, 12, 25), dt.date(1989, 1, 7)),
    "H": (dt.date(1989, 1, 8), dt.date(2019, 4, 30)),
    "R": (dt.date(2019, 5, 1), dt.date.max),
}
_LETTERS = {"大正": "T", "昭和": "S", "平成": "H", "令和": "R"}
_NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_TENS = re.compile(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)")
_DIGITS = re.compile(r"[〇○零一二三四五六七八九]+")


def parse_date(text: str, formats: Sequence[str]) -> dt.date:
    """Return the date in a text. ``formats`` are those of the mapping beside the written ones. Raise CellError."""
    text = unicodedata.normalize("NFKC", text)
    dates = {*_written(text), *_formatted(text, formats)}
    if not dates:
        raise CellError("cell-date")
    if len(dates) > 1:
        raise CellError("cell-date/two")
    return dates.pop()


def iso_date(text: str) -> str:
    """Return the date in a text as YYYY-MM-DD; a text that is no date stays as it is."""
    try:
        return parse_date(text, ("%Y%m%d",)).isoformat()
    except CellError:
        return text


def _written(text: str) -> Iterator[dt.date]:
    digits = _in_digits(text) if "年" in text else text
    found = _WRITTEN.fullmatch(digits)
    if found:
        yield from _day(int(found["year"]), found)
    found = _IN_ERA.fullmatch(digits)
    if found:
        first, last = _ERAS[_LETTERS.get(found["era"], found["era"].upper())]
        year = 1 if found["year"] == "元" else int(found["year"])
        yield from (day for day in _day(first.year + year - 1, found) if year and first <= day <= last)


def _day(year: int, found: re.Match[str]) -> Iterator[dt.date]:
    try:
        yield dt.date(year, int(found["month"]), int(found["day"]))
    except ValueError:
        return


def _in_digits(text: str) -> str:
    """Return a text with digits in place of Chinese numerals: 二〇二六年十二月二十一日 is 2026年12月21日."""
    text = _TENS.sub(lambda ten: f"{ten[1] or '一'}{ten[2] or '〇'}", text)
    return _DIGITS.sub(lambda number: number[0].translate(_NUMERALS), text)


def _formatted(text: str, formats: Sequence[str]) -> Iterator[dt.date]:
    for form in formats:
        try:
            date = dt.datetime.strptime(text, form).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
        if _JOINED.search(form) and date.strftime(form) != text:
            raise CellError("cell-date/digits")
        yield date
