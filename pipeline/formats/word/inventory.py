"""What each element of a Word file is for an engine: drawn, without effect on the page, or refused.

The table is ``formats/data/word-elements.json``: entries with words for people, a reason, an answer for each engine,
and the elements that they are about. An element is written as ``w:tcPr/w:shd@w:val=clear,nil``: inside a ``w:tcPr``,
however deep, with its attributes and their values. Between two that fit, the longer one decides, then the one with a
value, then the later one. What the table does not contain is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple

from pipeline.resources import read_data

Answer = Literal["drawn", "in-part", "no-effect", "refused"]
#: Prefix, name and value of each attribute of an element.
Attributes = tuple[tuple[str, str], ...]

_TABLE = "word-elements"
#: An engine that leaves what it does not draw to another one, whose answer decides whether a document is refused.
_LEFT_TO = {"typst": "office2pdf"}
_ANY = "*"
#: Values with which Word switches off what an element stands for.
_OFF = {"0", "false", "off", "none", "nil"}
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)")


@dataclass(frozen=True, slots=True, eq=False)
class InventoryEntry:
    """A row of the table: what it is about, in words for people, and what the engines do with it."""

    words: str
    reason: str
    answers: Mapping[str, Answer]
    elements: tuple[str, ...]

    def is_refused(self, engine: str) -> bool:
        """Return True if an engine does not draw this as Word does."""
        return self.answers.get(_LEFT_TO.get(engine, engine), "refused") == "refused"


@dataclass(frozen=True, slots=True)
class _Selector:
    entry: InventoryEntry
    ancestors: tuple[str, ...]
    name: str
    attribute: str = ""
    #: An attribute that the element must have too.
    beside: str = ""
    values: frozenset[str] = frozenset()

    def fits(self, ancestors: Sequence[str], attributes: Mapping[str, str] | None = None) -> bool:
        rest = iter(ancestors)
        if not all(wanted in rest for wanted in self.ancestors):
            return False
        if attributes is None or not (self.beside or self.values):
            return True
        return (not self.beside or self.beside in attributes) and (not self.values or self._has(attributes))

    def _has(self, attributes: Mapping[str, str]) -> bool:
        value = attributes[self.attribute]
        ranges = (_RANGE.fullmatch(wanted) for wanted in self.values)
        if value.removeprefix("-").isdecimal() and any(
            one and int(one[1]) <= int(value) <= int(one[2]) for one in ranges
        ):
            return True
        return value in self.values

    @property
    def weight(self) -> tuple[int, bool, bool]:
        """The more of an element a selector states, the heavier it is."""
        return len(self.ancestors), self.name != _ANY, bool(self.values or self.beside)


@cache
def inventory() -> tuple[InventoryEntry, ...]:
    """Return the table."""
    rows: list[dict[str, Any]] = read_data(_TABLE, "formats")["entries"]
    return tuple(InventoryEntry(**{**row, "elements": tuple(row["elements"])}) for row in rows)


@cache
def table_digest() -> bytes:
    """Return a digest of the table."""
    return hashlib.sha256(json.dumps(read_data(_TABLE, "formats")).encode()).digest()


class Verdict(NamedTuple):
    """What the inventory says about an element: the entry for which it is refused, and whether to look inside it."""

    refused: InventoryEntry | None
    is_open: bool


@lru_cache(maxsize=50_000)
def judge(ancestors: tuple[str, ...], name: str, attributes: Attributes, engine: str) -> Verdict:
    """Return what an engine does with an element. What is inside something refused is not looked at."""
    best = _selector_of(ancestors, name)
    entry = best.entry if best else _unlisted(name)
    if entry.is_refused(engine):
        return Verdict(None if dict(attributes).get("w:val") in _OFF else entry, is_open=False)
    entries = entries_of_attributes(ancestors, name, attributes)
    refused = next((one for one in entries if one.is_refused(engine)), None)
    return Verdict(refused, is_open=best is not None and best.name != _ANY)


@lru_cache(maxsize=50_000)
def has_no_effect(ancestors: tuple[str, ...], name: str, attributes: Attributes, engine: str) -> bool:
    """Return True if an element with all its attributes does not change a page of an engine."""
    entries = [entry_of(name, ancestors), *entries_of_attributes(ancestors, name, attributes)]
    return all(entry.answers.get(engine) == "no-effect" for entry in entries)


def entry_of(name: str, ancestors: tuple[str, ...] = ()) -> InventoryEntry:
    """Return the entry of something without attributes, such as a field."""
    best = _selector_of(ancestors, name)
    return best.entry if best else _unlisted(name)


@cache
def _unlisted(name: str) -> InventoryEntry:
    """Return the entry of what the table does not contain."""
    return InventoryEntry(f"what Word writes as {name}", "nobody has tried how the engines draw it", {}, (name,))


def _selector_of(ancestors: tuple[str, ...], name: str) -> _Selector | None:
    selectors = [one for one in (*_elements().get(name, ()), *_elements()[_ANY]) if one.fits(ancestors)]
    return _heaviest(selectors) if selectors else None


def entries_of_attributes(ancestors: tuple[str, ...], name: str, attributes: Attributes) -> Iterator[InventoryEntry]:
    """Yield the entry of each attribute, without those that the entry of the element is about too."""
    entries = (entry_of_attribute(ancestors, name, attributes, attribute) for attribute, _ in attributes)
    yield from (entry for entry in entries if entry)


def entry_of_attribute(
    ancestors: tuple[str, ...], name: str, attributes: Attributes, attribute: str
) -> InventoryEntry | None:
    """Return the entry of an attribute beside the others, or None if the entry of its element is about it too."""
    named = dict(attributes)
    possible = [*_attributes().get((name, attribute), ()), *_attributes().get((_ANY, attribute), ())]
    selectors = [one for one in possible if one.fits(ancestors, named)]
    if selectors:
        return _heaviest(selectors).entry
    return _unlisted(f"{name} {attribute}={named[attribute][:20]!r}") if name in _with_attributes() else None


def _heaviest(selectors: Sequence[_Selector]) -> _Selector:
    return max(reversed(selectors), key=lambda one: one.weight)


@cache
def _elements() -> Mapping[str, list[_Selector]]:
    """The selectors of each element. That of an attribute that no engine refuses is one of its element too."""
    found: dict[str, list[_Selector]] = defaultdict(list)
    for one in _selectors():
        is_global = one.name == _ANY and not one.ancestors
        is_refused = any(map(one.entry.is_refused, one.entry.answers))
        if not one.attribute or not (is_global or is_refused):
            found[one.name].append(_Selector(one.entry, one.ancestors, one.name))
    return found


@cache
def _attributes() -> Mapping[tuple[str, str], list[_Selector]]:
    found: dict[tuple[str, str], list[_Selector]] = defaultdict(list)
    for one in _selectors():
        if one.attribute:
            found[one.name, one.attribute].append(one)
    return found


@cache
def _with_attributes() -> frozenset[str]:
    return frozenset(one.name for one in _selectors() if one.attribute and one.name != _ANY)


@cache
def _selectors() -> tuple[_Selector, ...]:
    return tuple(one for entry in inventory() for element in entry.elements for one in _parse(entry, element))


def _parse(entry: InventoryEntry, element: str) -> Iterator[_Selector]:
    """Yield a selector for each attribute that an element is written with, or one without."""
    path, _, attributes = element.partition("@")
    *ancestors, name = path.split("/")
    names, _, values = attributes.partition("=")
    names, _, beside = names.partition("+")
    for attribute in names.split(","):
        allowed = frozenset(values.split(",")) if values else frozenset()
        yield _Selector(entry, tuple(ancestors), name, attribute, beside, allowed)
