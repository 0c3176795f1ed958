"""The rule catalogue: the text, severity, source and date of every known rule.

It includes rules that the program does not check, with the reason.
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
from pipeline.language import LANGUAGES, SEPARATORS, Language

CATALOGUE_FILE = Path(__file__).with_name("catalogue.json")


class RuleText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The text of a rule in one language. ``{detail}`` is a placeholder for the details of a finding.

    The ``hint`` names nothing that only the command line has, ``cli_hint`` what to write there.
    """

    title: str
    message: str
    hint: str
    cli_hint: str | None = None

    def with_detail(self, detail: str) -> RuleText:
        """Return the text with ``detail`` in place of the placeholder."""
        return RuleText(self.title, self.message.format(detail=detail), self.hint.format(detail=detail), self.cli_hint)


class Advice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The text of a rule that is not checked, in one language: the requirement, and what to do about it."""

    title: str
    hint: str
    cli_hint: str | None = None


class CatalogueEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields of every rule. ``confidence`` is that of the source; a rule of low confidence never blocks."""

    id: str
    theme: str
    severity: Severity
    confidence: Literal["high", "medium", "low"]
    source: str
    as_of: str


class Rule(CatalogueEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule that is checked. ``details`` are the texts of possible details, ``note`` is a remark in English."""

    texts: dict[Language, RuleText]
    details: dict[str, Trilingual] = {}
    note: str | None = None

    def localised(self, details: Sequence[str | Trilingual]) -> dict[Language, RuleText]:
        """Return the texts of a finding. A detail is a key of ``details``, or the name of a thing in all languages."""
        named = [self.details[detail] if isinstance(detail, str) else detail for detail in details]
        return {
            language: self.texts[language].with_detail(
                SEPARATORS[language].join(getattr(name, language) for name in named)
            )
            for language in LANGUAGES
        }


class UncheckedRule(CatalogueEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule that no function checks, with the reason in English."""

    texts: dict[Language, Advice]
    not_checked: str


def read_entry(entry: Mapping[str, Any]) -> Rule | UncheckedRule:
    """Return one entry of the file. Raise msgspec.ValidationError if it is not valid."""
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
    """Return every rule by its id, in the order of the file: checked rules first."""
    return {entry.id: entry for entry in _read()[1]}


def checked_rules() -> dict[str, Rule]:
    """Return the rules that are checked by id, in the order of the file."""
    return {entry.id: entry for entry in _read()[1] if isinstance(entry, Rule)}


def unchecked_rules() -> dict[str, UncheckedRule]:
    """Return the rules that are not checked by id, in the order of the file."""
    return {entry.id: entry for entry in _read()[1] if isinstance(entry, UncheckedRule)}


def catalogue_date() -> str:
    """Return the day on which the whole catalogue was last reviewed."""
    return _read()[0]
