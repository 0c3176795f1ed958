"""Compares the text that was read from a scan with the traveller whose paper it should be.

A reader confuses characters, so a difference counts only if no confusion can explain it: right check digits, or a
passport number that differs from that of every traveller in several places.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from pipeline.attachments.messages import ReadLine, Wanted
from pipeline.attachments.paper_text import OTHER_PERSON_RULE, PASSPORT, RESIDENT_ID, ZONE_RULE, zone_differences
from pipeline.packet.paper import Note
from pipeline.visa.mrz import Mrz, parse_zone
from pipeline.visa.mrz_reading import fold_look_alikes, read_second_line
from pipeline.visa.resident_id import is_resident_id

NOT_READ_RULE = "DOC-28"
#: With less confidence, a line proves nothing about another person.
_CERTAIN = 0.9
#: A number without check digits must differ in so many places from that of every traveller.
_LEAST_DIFFERENT = 3
_WORDS = re.compile(r"[A-Z0-9]+")


def search_scan(lines: Sequence[ReadLine], wanted: Wanted) -> Iterator[Note]:
    """Yield what is to be said about the lines that were read from a paper."""
    certain = [plain_text(line.text) for line in join_rows(lines) if line.confidence >= _CERTAIN]
    zones = [parse_zone("", zone) for text in certain if (zone := read_second_line(text))]
    others = _numbers_of_others(certain, zones, wanted)
    differences = zone_differences(zones, wanted)
    if others:
        yield Note(OTHER_PERSON_RULE, tuple(others))
    elif differences:
        yield Note(ZONE_RULE, differences)
    elif not is_identified(lines, wanted):
        yield Note(NOT_READ_RULE, ("zone",) if wanted.is_passport else wanted.holds)


def is_identified(lines: Iterable[ReadLine], wanted: Wanted) -> bool:
    """Return True if the lines show whose paper it is: the zone of a passport, or one of what another paper holds."""
    texts = [plain_text(line.text) for line in join_rows(lines)]
    if wanted.is_passport:
        return any(
            _same(parse_zone("", zone).number, wanted.passport_number)
            for text in texts
            if (zone := read_second_line(text))
        )
    return any(_holds(texts, kind, wanted) for kind in wanted.holds)


def plain_text(text: str) -> str:
    """Return a text in capitals and without variants of width."""
    return unicodedata.normalize("NFKC", text).upper()


def join_rows(lines: Iterable[ReadLine]) -> Iterator[ReadLine]:
    """Yield the lines, and those of one height on a page also as one line: a reader may divide a long line."""
    for _, on_page in groupby(lines, key=lambda line: line.page):
        rows: list[list[ReadLine]] = []
        for line in sorted(on_page, key=lambda line: line.box_mm[1] + line.box_mm[3]):
            if rows and _middle(line) < rows[-1][0].box_mm[3]:
                rows[-1].append(line)
            else:
                rows.append([line])
            yield line
        for row in rows:
            if len(row) > 1:
                yield _joined(sorted(row, key=lambda line: line.box_mm[0]))


def _joined(row: Sequence[ReadLine]) -> ReadLine:
    left, top, right, low = zip(*(line.box_mm for line in row), strict=True)
    box = (min(left), min(top), max(right), max(low))
    return ReadLine(" ".join(line.text for line in row), row[0].page, box, min(line.confidence for line in row))


def _middle(line: ReadLine) -> float:
    return (line.box_mm[1] + line.box_mm[3]) / 2


def _numbers_of_others(texts: Sequence[str], zones: Iterable[Mrz], wanted: Wanted) -> list[str]:
    """Return the kinds of numbers of which the paper has one of somebody else, and none of a traveller of the case."""
    lines = ["".join(text.split()) for text in texts]
    ids = (number for line in lines for text in (line, fold_look_alikes(line)) for number in RESIDENT_ID.findall(text))
    found = {
        "passport_number": {number for line in lines for number in PASSPORT.findall(line)},
        "resident_id": {number for number in ids if is_resident_id(number)},
        "zone": {zone.number for zone in zones},
    }
    return [
        kind
        for kind, numbers in found.items()
        if (own := wanted.own[kind])
        and any(_is_of_another(number, own, 1 if kind != "passport_number" else _LEAST_DIFFERENT) for number in numbers)
        and not any(fold_look_alikes(number) in fold_look_alikes(line) for line in lines for number in own)
    ]


def _is_of_another(number: str, own: Iterable[str], least: int) -> bool:
    """Return True if a number differs from each of ``own`` in at least so many places that do not look alike."""
    pairs = [(fold_look_alikes(number), fold_look_alikes(each)) for each in own]
    return all(len(one) != len(other) or sum(map(str.__ne__, one, other)) >= least for one, other in pairs)


def _same(one: str, other: str) -> bool:
    return fold_look_alikes(one) == fold_look_alikes(other)


def _holds(texts: Iterable[str], kind: str, wanted: Wanted) -> bool:
    folded = [fold_look_alikes(text) for text in texts]
    joined = "".join("".join(folded).split())
    if kind == "passport_number":
        return fold_look_alikes(wanted.passport_number) in joined
    if kind == "birth_date":
        return f"{wanted.birth_date:%Y%m%d}" in re.sub(r"[^0-9]", "", joined)
    words = [word for text in folded for word in _WORDS.findall(text)]
    surname, given = ("".join(_WORDS.findall(fold_look_alikes(name))) for name in (wanted.surname, wanted.given_names))
    letters = "".join(words)
    in_letters = surname in words and given in letters
    return wanted.chinese in joined or in_letters or surname + given in letters or given + surname in letters
