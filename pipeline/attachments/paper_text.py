"""Searches the text of a supplied paper for its traveller, and for numbers of other people.

It runs in the limited process, so no text of a paper leaves it: only the names of what was found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from pipeline.attachments.messages import Wanted
from pipeline.documents.proof.dates_in_text import find_days
from pipeline.packet.paper import Note
from pipeline.visa.mrz import parse_zone, wrong_check_digits
from pipeline.visa.passport_numbers import E_SERIES, G_SERIES
from pipeline.visa.resident_id import is_resident_id

OTHER_PERSON_RULE, NOT_NAMED_RULE, NO_TEXT_RULE, DATE_RULE = "DOC-18", "DOC-19", "DOC-20", "DOC-21"

#: With fewer characters, a text says nothing: it may be a page number or the name of a scanner.
_LEAST_TEXT = 20
#: Without the oldest series: nine digits may be anything.
_PASSPORT = re.compile(rf"(?<![A-Z0-9])(?:{E_SERIES}|{G_SERIES})(?![A-Z0-9])")
_RESIDENT_ID = re.compile(r"(?<![A-Z0-9])[1-9][0-9]{16}[0-9X](?![A-Z0-9])")
_ZONE = re.compile(r"[A-Z0-9<]{9}[0-9][A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}[A-Z0-9<]{14}[0-9<][0-9]")
_LETTERS = re.compile(r"[A-Z]+")


def search_text(text: str, wanted: Wanted) -> Iterator[Note]:
    """Yield what is to be said about the text of a paper for the traveller it should be of."""
    text = unicodedata.normalize("NFKC", text).upper()
    if len("".join(text.split())) < _LEAST_TEXT:
        yield Note(NO_TEXT_RULE)
        return
    others = _numbers_of_others(text, wanted)
    if others:
        yield Note(OTHER_PERSON_RULE, tuple(others))
    elif not any(_holds(text, kind, wanted) for kind in wanted.holds):
        yield Note(NOT_NAMED_RULE, wanted.holds)
    if wanted.issued_on is not None and (days := find_days(text)) and wanted.issued_on not in days:
        yield Note(DATE_RULE)


def _numbers_of_others(text: str, wanted: Wanted) -> list[str]:
    """Return the kinds of numbers of which the text has one of somebody else, and none of a traveller of the case."""
    joined = "".join(text.split())
    found = {
        "passport_number": set(_PASSPORT.findall(text)),
        "resident_id": {number for number in _RESIDENT_ID.findall(text) if is_resident_id(number)},
        "zone": {_number_in(zone) for zone in _ZONE.findall(joined) if not wrong_check_digits(zone)},
    }
    own = {kind: wanted.own["resident_id" if kind == "resident_id" else "passport_number"] for kind in found}
    return [
        kind
        for kind, numbers in found.items()
        if own[kind] and numbers - set(own[kind]) and not any(number in joined for number in own[kind])
    ]


def _number_in(zone: str) -> str:
    return parse_zone("", zone).number


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
