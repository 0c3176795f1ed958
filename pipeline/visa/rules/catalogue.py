"""The rule catalogue: what each rule says, how grave it is, where it comes from, as of when.

Every rule that is known stands in it: those that the program checks, and those that it does not, with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from pipeline.case.base import Trilingual
from pipeline.errors import Severity
from pipeline.language import LANGUAGES, Language

_BETWEEN: Mapping[Language, str] = {"en": ", ", "ja": "、", "zh": "、"}


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a rule says in one language. ``{detail}`` stands for what a finding names."""

    title: str
    message: str
    hint: str

    def filled(self, detail: str) -> Words:
        """The same with ``detail`` in its place."""
        return Words(self.title, self.message.format(detail=detail), self.hint.format(detail=detail))


class Advice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a rule that is not checked says in one language: the rule, and what to do oneself."""

    title: str
    hint: str


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What both kinds of rules have. ``confidence`` says how sure the source is; low never blocks."""

    id: str
    theme: str
    severity: Severity
    confidence: Literal["high", "medium", "low"]
    source: str
    as_of: str


class Rule(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule that is checked. ``details`` are words that a finding fills in, ``note`` is a remark in English."""

    texts: dict[Language, Words]
    details: dict[str, Trilingual] = {}
    note: str | None = None

    def told(self, details: Sequence[str | Trilingual]) -> dict[Language, Words]:
        """The texts of a finding; a detail is a key of ``details``, or the name of a thing in all languages."""
        named = [self.details[detail] if isinstance(detail, str) else detail for detail in details]
        return {
            language: self.texts[language].filled(_BETWEEN[language].join(getattr(name, language) for name in named))
            for language in LANGUAGES
        }


class UncheckedRule(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule that no function checks; ``not_checked`` says why, in English."""

    texts: dict[Language, Advice]
    not_checked: str


CATALOGUE_FILE = Path(__file__).with_name("catalogue.json")


def read_entry(entry: Mapping[str, Any]) -> Rule | UncheckedRule:
    """One entry of the file. Raises msgspec.ValidationError when it has another form."""
    kind: type[Rule | UncheckedRule] = UncheckedRule if "not_checked" in entry else Rule
    found: Rule | UncheckedRule = msgspec.convert(entry, kind)
    if set(found.texts) != set(LANGUAGES):
        raise msgspec.ValidationError(f"{found.id} does not have its texts in all languages")
    return found


@cache
def _read() -> tuple[str, tuple[Rule | UncheckedRule, ...]]:
    content = json.loads(CATALOGUE_FILE.read_bytes())
    return content["as_of"], tuple(read_entry(entry) for entry in content["rules"])


def all_rules() -> dict[str, Rule | UncheckedRule]:
    """Every rule by its id, in the order of the file: first those that are checked."""
    return {entry.id: entry for entry in _read()[1]}


def catalogue() -> dict[str, Rule]:
    """The rules that are checked by id, in the order of the file."""
    return {entry.id: entry for entry in _read()[1] if isinstance(entry, Rule)}


def unchecked() -> dict[str, UncheckedRule]:
    """The rules that are not checked by id, in the order of the file."""
    return {entry.id: entry for entry in _read()[1] if isinstance(entry, UncheckedRule)}


def catalogue_date() -> str:
    """Day as of which the catalogue as a whole was last looked through."""
    return _read()[0]
