"""What the headers of a table mean: which field of which person or visit. ``case/data/headers.json`` has the words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal

from pipeline.case.importing.cells import comparable
from pipeline.case.importing.field_types import find_field, leaf_fields, titles
from pipeline.resources import read_data

Scope = Literal["case", "patient", "companion", "visit"]
#: Pointer of the case below which the fields of a scope are.
BASES: Mapping[Scope, str] = {
    "patient": "/patient",
    "case": "",
    "companion": "/companions/*",
    "visit": "/treatment/visits/*",
}
_PROCEDURES = "procedures"
_RELATIONSHIP = "/relationship"
_NUMERALS = {numeral: str(number) for number, numeral in enumerate("一二三四五六七八九", start=1)}
_NUMBER = r"[1-9一二三四五六七八九]"
_OF = "(?P<of>的|の|s|)"
_BRACKETS = re.compile(r"[(\[【〔<]([^()\[\]【】〔〕<>]*)[)\]】〕>]")
_SEPARATORS = re.compile(r"[\n\r/|;]+")
_LATIN = re.compile(r"[\x20-\x7e]+")
_SHORTEST = 2
_LEAST_OF_A_NAME = 4


@dataclass(frozen=True, slots=True)
class Target:
    """A field of the case, or of the companion or visit of that number; None is the only one."""

    scope: Scope
    to: str
    number: int | None = None

    @property
    def pointer(self) -> str:
        """The field in the case, in which ``*`` stands for an entry of a list."""
        return BASES[self.scope] + self.to

    @property
    def step(self) -> str | None:
        """The step of the treatment of which this is the day."""
        return self.to.rpartition("/")[2] if f"/{_PROCEDURES}/" in self.to else None


@dataclass(frozen=True, slots=True)
class HeaderMeaning:
    """The fields that a header may mean, the likeliest first, and whether it is exactly one of their names."""

    targets: tuple[Target, ...] = ()
    is_exact: bool = False


def read_header(header: str) -> HeaderMeaning:
    """Return the meaning of a header in Chinese, Japanese, English or a mixture."""
    text = _BRACKETS.sub(_without_remark, unicodedata.normalize("NFKC", header))
    found = [_exact(_key(text))]
    if not found[0]:
        parts = [part for part in _SEPARATORS.split(text) if _key(part)]
        parts = [each for part in parts for each in ([part] if _exact(_key(part)) else _by_script(part))]
        found = [_exact(_key(part)) for part in parts]
    if found and all(found):
        common = tuple(target for target in found[0] if all(target in others for others in found))
        if common:
            return HeaderMeaning(common, is_exact=True)
    targets = [target for each in found for target in each] or _near(_key(text))
    return HeaderMeaning(tuple(dict.fromkeys(targets)))


def known_headers() -> frozenset[str]:
    """Return all headers of the table of words, as they are compared in a file."""
    return frozenset(
        comparable(word) for fields in _data()["fields"].values() for words in fields.values() for word in words
    )


def surnames() -> frozenset[str]:
    """Return common Chinese surnames in passport letters."""
    return frozenset(_data()["surnames"])


def _without_remark(bracket: re.Match[str]) -> str:
    return "" if _key(bracket[1]) in map(_key, _data()["remarks"]) else f" {bracket[1]} "


def _by_script(text: str) -> list[str]:
    """Return the parts of a text such as 姓名 Name in Latin letters and in others."""
    parts = ["".join(_LATIN.findall(text)), _LATIN.sub(" ", text)]
    return [part for part in parts if _key(part)]


def _key(text: str) -> str:
    """Return a text for comparison: letters and digits only."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _exact(key: str) -> tuple[Target, ...]:
    found = [
        Target(scope, to, number) for scope, rest, number in _readings(key) for to in _fields()[scope].get(rest, ())
    ]
    return tuple(dict.fromkeys(found))


def _near(key: str) -> list[Target]:
    """Return the fields whose name is a part of a header or nearly the same, the longest name first."""
    found: list[tuple[int, Target]] = []
    for scope, rest, number in _readings(key):
        known = _worded_fields()[scope]
        names = {name for name in known if len(name) >= _SHORTEST and name in rest}
        names.update(name for name in known if len(rest) >= _LEAST_OF_A_NAME and name.startswith(rest))
        names.update(get_close_matches(rest, known, n=1, cutoff=0.8))
        found += [(len(name), Target(scope, to, number)) for name in names for to in known[name]]
    return [target for _, target in sorted(found, key=lambda each: -each[0])]


def _readings(key: str) -> Iterator[tuple[Scope, str, int | None]]:
    """Yield each way in which a header may be about the case, a person or a visit: the rest of it, and a number."""
    specific = False
    for scope, pattern in _patterns():
        for found in pattern.finditer(key):
            specific = True
            yield scope, found["rest"], _number(found)
            if found.groupdict().get("of") == "s":  # companion 1's name, companion 1 sex
                yield scope, f"s{found['rest']}", _number(found)
    if not specific or not key.startswith(tuple(map(_key, _data()["companion"]))):
        yield from (("case", key, None), ("patient", key, None), ("visit", key, None))
        if _RELATIONSHIP in _worded_fields()["companion"].get(key, ()):  # the patient has none
            yield "companion", key, None


def _number(found: re.Match[str]) -> int | None:
    number = next((each for name, each in found.groupdict().items() if name not in ("rest", "of") and each), None)
    if number in ("首次", "初次", "初回"):
        return 1
    return int(_NUMERALS.get(number, number)) if number else None


@cache
def _patterns() -> tuple[tuple[Scope, re.Pattern[str]], ...]:
    companion, patient, trip = (
        "|".join(sorted(map(_key, _data()[name]), key=len, reverse=True)) for name in ("companion", "patient", "trip")
    )
    many = "(?:位|人目)?"
    nth = f"(?:第(?P<a>{_NUMBER})[次回]|(?P<b>{_NUMBER})[回次]目?|visit(?P<c>{_NUMBER})|(?P<d>首次|初次|初回))"
    patterns: list[tuple[Scope, str]] = [
        ("companion", f"第?(?P<a>{_NUMBER})?{many}(?:{companion})第?(?P<b>{_NUMBER})?{many}{_OF}(?P<rest>.+)"),
        ("companion", f"(?:{companion})(?P<rest>.+?)(?P<a>{_NUMBER})"),
        ("companion", f"(?P<rest>.+?)of(?:the)?(?:{companion})(?P<a>{_NUMBER})?"),
        ("patient", f"(?:{patient}){_OF}(?P<rest>.+)"),
        ("patient", f"(?P<rest>.+?)of(?:the)?(?:{patient})"),
        ("visit", f"{nth}(?:{trip})?{_OF}(?P<rest>.+)"),
        ("visit", f"(?:{trip})(?P<a>{_NUMBER}){_OF}(?P<rest>.+)"),
        ("visit", f"(?P<rest>.+?)(?P<a>{_NUMBER})"),
        ("visit", f"(?P<rest>.+?)(?:ofvisit|visit)(?P<a>{_NUMBER})"),
    ]
    return tuple((scope, re.compile(f"^{pattern}$")) for scope, pattern in patterns)


@cache
def _fields() -> Mapping[Scope, Mapping[str, tuple[str, ...]]]:
    """Return the fields by header, for each scope: those of the table, and those with a title of their own."""
    fields = {scope: dict(names) for scope, names in _worded_fields().items()}
    for scope, title, to in _titles():
        if (
            scope in ("patient", "companion") or title not in fields["patient"]
        ):  # 电话 is the patient's, not the hotel's
            fields[scope].setdefault(title, (to,))
    return fields


@cache
def _worded_fields() -> Mapping[Scope, Mapping[str, tuple[str, ...]]]:
    fields: dict[Scope, dict[str, list[str]]] = {scope: {} for scope in BASES}
    for scope in BASES:
        groups = ["person", scope] if scope in ("patient", "companion") else [scope]
        for to, words in ((to, words) for group in groups for to, words in _data()["fields"][group].items()):
            if f"{_PROCEDURES}/" in to or find_field(f"{BASES[scope]}/{to}"):
                for word in words:
                    fields[scope].setdefault(_key(word), []).append(f"/{to}")
    return {scope: {name: tuple(each) for name, each in names.items()} for scope, names in fields.items()}


def _titles() -> Iterator[tuple[Scope, str, str]]:
    """Yield the titles of fields in all languages, where only one field of a scope has the title."""
    for scope, base in BASES.items():
        found: dict[str, set[str]] = {}
        for to in leaf_fields(base):
            field = find_field(base + to)
            if field and not (scope == "case" and to.startswith(_ELSEWHERE)):
                for title in titles(field).values():
                    found.setdefault(_key(title), set()).add(to)
        yield from ((scope, title, fields.pop()) for title, fields in found.items() if len(fields) == 1)


#: Fields that have a scope of their own, or an entry in the directory.
_ELSEWHERE = ("/patient", "/hospital", "/guarantor")


def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read_data("headers", "case")
    return data
