"""Searches the text of a supplied paper for its traveller, and for numbers of other people.

It runs in the limited process, so no text of a paper leaves it: only the names of what was found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from pipeline.attachments.messages import Wanted
from pipeline.documents.proof.dates_in_text import find_days
from pipeline.packet.paper import Note
from pipeline.visa.mrz import Mrz, parse_zone, wrong_check_digits
from pipeline.visa.passport_numbers import E_SERIES, G_SERIES
from pipeline.visa.resident_id import is_resident_id

OTHER_PERSON_RULE, NOT_NAMED_RULE, NO_TEXT_RULE, DATE_RULE = "DOC-18", "DOC-19", "DOC-20", "DOC-21"
ZONE_RULE = "DOC-27"

#: With fewer characters, a text says nothing: it may be a page number or the name of a scanner.
LEAST_TEXT = 20
#: Without the oldest series: nine digits may be anything.
PASSPORT = re.compile(rf"(?<![A-Z0-9])(?:{E_SERIES}|{G_SERIES})(?![A-Z0-9])")
RESIDENT_ID = re.compile(r"(?<![A-Z0-9])[1-9][0-9]{16}[0-9X](?![A-Z0-9])")
_ZONE = re.compile(r"[A-Z0-9<]{9}[0-9][A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}[A-Z0-9<]{14}[0-9<][0-9]")
_ZONE_DATE = "%y%m%d"
_LETTERS = re.compile(r"[A-Z]+")


def search_text(text: str, wanted: Wanted) -> Iterator[Note]:
    """Yield what is to be said about the text of a paper for the traveller it should be of."""
    text = unicodedata.normalize("NFKC", text).upper()
    if len("".join(text.split())) < LEAST_TEXT:
        yield Note(NO_TEXT_RULE)
        return
    zones = [parse_zone("", zone) for zone in _ZONE.findall("".join(text.split())) if not wrong_check_digits(zone)]
    others, differences = _numbers_of_others(text, zones, wanted), zone_differences(zones, wanted)
    if others:
        yield Note(OTHER_PERSON_RULE, tuple(others))
    elif differences:
        yield Note(ZONE_RULE, differences)
    elif not any(_holds(text, kind, wanted) for kind in wanted.holds):
        yield Note(NOT_NAMED_RULE, wanted.holds)
    if wanted.issued_on is not None and (days := find_days(text)) and wanted.issued_on not in days:
        yield Note(DATE_RULE)


def zone_differences(zones: Iterable[Mrz], wanted: Wanted) -> tuple[str, ...]:
    """Return the dates that have check digits and differ, in zones of the passport that was wanted, from the case."""
    of_traveller = [zone for zone in zones if zone.number == wanted.passport_number]
    dates = {"birth_date": wanted.birth_date, "expiry_date": wanted.expiry_date}
    return tuple(
        name
        for name, day in dates.items()
        if any(getattr(zone, name) != day.strftime(_ZONE_DATE) for zone in of_traveller)
    )


def _numbers_of_others(text: str, zones: Iterable[Mrz], wanted: Wanted) -> list[str]:
    """Return the kinds of numbers of which the text has one of somebody else, and none of a traveller of the case."""
    joined = "".join(text.split())
    found = {
        "passport_number": set(PASSPORT.findall(text)),
        "resident_id": {number for number in RESIDENT_ID.findall(text) if is_resident_id(number)},
        "zone": {zone.number for zone in zones},
    }
    return [
        kind
        for kind, numbers in found.items()
        if (own := wanted.own[kind]) and numbers - set(own) and not any(number in joined for number in own)
    ]


def _holds(text: str, kind: str, wanted: Wanted) -> bool:
    joined = "".join(text.split())
    if kind == "passport_number":
        return wanted.passport_number in joined
    if kind == "birth_date":
        return wanted.birth_date in find_days(text) or f"{wanted.birth_date:%Y%m%d}" in joined
    words = _LETTERS.findall(text)
    letters = "".join(words)
    given, surname = ("".join(_LETTERS.findall(name)) for name in (wanted.given_names, wanted.surname))
    in_letters = surname in words and given in letters
    together = given and (surname + given in letters or given + surname in letters)
    return wanted.chinese in joined or bool(in_letters or together)
