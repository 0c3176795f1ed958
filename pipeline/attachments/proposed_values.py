"""Proposes values for a new case from the lines of a paper: a passport, a certificate, a household register."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.attachments.messages import ReadLine
from pipeline.attachments.paper_text import RESIDENT_ID
from pipeline.attachments.scan_search import join_rows, plain_text
from pipeline.documents.proof.dates_in_text import find_days
from pipeline.visa.mrz import parse_zone
from pipeline.visa.mrz_reading import read_first_line, read_second_line
from pipeline.visa.resident_id import is_resident_id

_SEXES = {"M": "male", "F": "female"}
_CHINESE = re.compile(r"[一-鿿·]{2,40}")
_NAME = re.compile(r"[一-鿿·]{2,15}")
#: The first month of “19 5月/MAY 2022”, as passports of China print a day.
_MONTH_TWICE = re.compile(r"[0-9]{1,2}\s*月\s*/?\s*(?=[A-Z])")
#: Words that begin a label, so that no value does.
_LABEL = re.compile(
    "姓名|性别|民族|出生|住址|公民身份|与户主|户主|户别|户号|户名|证件|国籍|类型|国家码|护照|签发|有效期|职业|说明"
)
#: A value is at most so far below its label, in millimetres.
_BELOW_MM = 14.0


@dataclass(frozen=True, slots=True)
class ProposedValue:
    """A value for the field ``pointer`` of a case, the line where it was read, and its confidence (0 to 1).

    ``is_proved`` is True if check digits prove the value.
    """

    pointer: str
    value: str
    line: ReadLine
    is_proved: bool = False


def propose_values(lines: Sequence[ReadLine], person: str, as_of: date) -> list[ProposedValue]:
    """Return values for the fields of ``person`` (a JSON pointer), the surest first; equal ones once."""
    joined = list(join_rows(lines))
    found = [*_from_zone(joined, as_of), *_from_numbers(joined, as_of), *_from_labels(lines)]
    best: dict[tuple[str, str], ProposedValue] = {}
    for each in sorted(found, key=lambda each: (not each.is_proved, -each.line.confidence)):
        pointer = f"{person}{each.pointer}"
        best.setdefault((pointer, each.value), ProposedValue(pointer, each.value, each.line, each.is_proved))
    order = list(dict.fromkeys(f"{person}{each.pointer}" for each in found))
    return sorted(best.values(), key=lambda each: order.index(each.pointer))


def _from_zone(lines: Sequence[ReadLine], as_of: date) -> Iterator[ProposedValue]:
    firsts = [(line, text) for line in lines if (text := read_first_line(plain_text(line.text)))]
    for line in lines:
        second = read_second_line(plain_text(line.text))
        if second is None:
            continue
        above = [first for first in firsts if first[0].page == line.page]
        zone = parse_zone(above[0][1] if above else "", second)
        if above:
            first_line, first = above[0]
            yield ProposedValue("/name/surname", zone.surname.replace("<", " "), first_line)
            yield ProposedValue("/name/given_names", zone.given_names.replace("<", " "), first_line)
            yield ProposedValue("/passport/issuing_country", zone.issuer.strip("<"), first_line)
            yield ProposedValue("/passport/mrz/0", first, first_line)
        yield ProposedValue("/passport/mrz/1", second, line, is_proved=True)
        yield ProposedValue("/passport/number", zone.number, line, is_proved=True)
        yield ProposedValue("/nationality", zone.nationality.strip("<"), line)
        if zone.sex in _SEXES:
            yield ProposedValue("/sex", _SEXES[zone.sex], line)
        for pointer, digits, latest in (
            ("/birth_date", zone.birth_date, as_of.year),
            ("/passport/expiry_date", zone.expiry_date, as_of.year + 50),
        ):
            if day := _day(digits, latest):
                yield ProposedValue(pointer, day.isoformat(), line, is_proved=True)


def _day(digits: str, latest: int) -> date | None:
    """Return the day of YYMMDD, in the last year with these digits that is not after ``latest``."""
    try:
        year = latest - (latest - int(digits[:2])) % 100
        return date(year, int(digits[2:4]), int(digits[4:]))
    except ValueError:
        return None


def _from_numbers(lines: Iterable[ReadLine], as_of: date) -> Iterator[ProposedValue]:
    for line in lines:
        for number in RESIDENT_ID.findall("".join(plain_text(line.text).split())):
            if is_resident_id(number) and int(number[6:10]) <= as_of.year:
                yield ProposedValue("/resident_id", number, line, is_proved=True)
                day = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
                yield ProposedValue("/birth_date", day, line, is_proved=True)


def _chinese_name(text: str) -> str | None:
    found = _NAME.search(text)
    return found[0] if found else None


def _chinese(text: str) -> str | None:
    found = _CHINESE.search(text)
    return found[0] if found else None


def _date(text: str) -> str | None:
    days = list(find_days(text) or find_days(_MONTH_TWICE.sub("", text)))
    return days[0].isoformat() if len(days) == 1 else None


@dataclass(frozen=True, slots=True)
class _Label:
    """The words before or above a value, and the function that takes the value from the text that follows them."""

    words: re.Pattern[str]
    pointer: str
    value_of: Callable[[str], str | None]
    in_passport: bool = False


_LABELS = (
    _Label(re.compile(r"姓\s*名(\s*/?\s*NAME)?"), "/name/chinese", _chinese_name),
    _Label(re.compile(r"户名(\s*/?\s*ACCOUNT HOLDER)?"), "/name/chinese", _chinese_name),
    _Label(re.compile(r"出生日期(\s*/?\s*DATE OF BIRTH)?"), "/birth_date", _date),
    _Label(re.compile(r"签发日期(\s*/?\s*DATE OF ISSUE)?"), "/passport/issue_date", _date, in_passport=True),
    _Label(re.compile(r"签发地点(\s*/?\s*PLACE OF ISSUE)?"), "/passport/place_of_issue", _chinese, in_passport=True),
    _Label(re.compile(r"签发机关(\s*/?\s*AUTHORITY)?"), "/passport/authority", _chinese, in_passport=True),
)


def _from_labels(lines: Sequence[ReadLine]) -> Iterator[ProposedValue]:
    is_passport = any(read_second_line(plain_text(line.text)) for line in join_rows(lines))
    for line in lines:
        text = plain_text(line.text)
        for label in _LABELS:
            if (begin := label.words.match(text)) and (is_passport or not label.in_passport):
                rest = text[begin.end() :].lstrip(" :/.")
                found = ((value, where) for where, each in _after(line, rest, lines) if (value := label.value_of(each)))
                value, where = next(found, (None, line))
                if value:
                    yield ProposedValue(label.pointer, value, where)


def _after(label: ReadLine, rest: str, lines: Iterable[ReadLine]) -> Iterator[tuple[ReadLine, str]]:
    """Yield the texts that may be the value of a label: the rest of its line, lines on the right, the next below."""
    if rest:
        yield label, rest
    left, top, right, low = label.box_mm
    others = [line for line in lines if line.page == label.page and line is not label]
    middle = (top + low) / 2
    beside = (line for line in others if line.box_mm[1] < middle < line.box_mm[3] and line.box_mm[0] >= right - 1)
    below = (
        line
        for line in others
        if low - 2 <= line.box_mm[1] <= low + _BELOW_MM and line.box_mm[0] < right and left < line.box_mm[2]
    )
    in_order = sorted(beside, key=lambda line: line.box_mm[0])
    in_order += sorted(below, key=lambda line: line.box_mm[1])[:1]
    yield from ((each, plain_text(each.text)) for each in in_order if not _LABEL.match(each.text))
