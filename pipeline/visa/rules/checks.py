"""The rules of the visa: a catalogue (data) and one small function a rule, in one module a theme.

To add a rule: an entry in ``catalogue.json``, a function with ``@rule("ID")`` in the module of its
theme, and a positive and a negative sample in ``tests/visa/rules/samples``.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import msgspec

from pipeline.case.base import Trilingual
from pipeline.case.model import Case
from pipeline.errors import Problem
from pipeline.formats.json.reader import JsonFile
from pipeline.language import Language
from pipeline.visa.rules.catalogue import Rule, Words, catalogue
from pipeline.visa.rules.registry import CHECKS, CheckFunction, Hit

#: Modules with rules on the case alone. Rules of other themes need more than a case and live with what they need:
#: "papers" in packet/paper_rules.py, "directory" in visa/rules/filed_plan.py, "pages" in documents/proof/.
THEMES = (
    "identity",
    "dates",
    "visits",
    "tb",
    "scope",
    "visa",
    "organisations",
    "supplied",
    "regenerative",
    "sports",
    "wording",
    "application",
)

_NEAR: Mapping[Language, str] = {"en": " (near “{}”)", "ja": "（「{}」の付近）", "zh": "（“{}”附近）"}


def check_rules(case: Case, as_of: date, document: JsonFile) -> list[Problem]:
    """Findings of all rules on ``case`` as of that day, in the order of the catalogue."""
    checks = load_checks()
    return [
        finding(entry, hit, document)
        for entry in catalogue().values()
        if entry.theme in THEMES
        for hit in checks[entry.id](case, as_of)
    ]


def load_checks() -> dict[str, CheckFunction]:
    """Every rule's function by its id."""
    for theme in THEMES:
        importlib.import_module(f"pipeline.visa.rules.{theme}")
    return CHECKS


def finding(entry: Rule, hit: Hit, document: JsonFile) -> Problem:
    """A hit of a rule as a problem with its place in ``document``, or in the directory's file that a part is from."""
    return document.locate(_problem(entry, entry.told(hit.details)), hit.pointer)


def set_finding(rule_id: str, details: Sequence[str | Trilingual], file: str, near: str | None = None) -> Problem:
    """A finding in a file of the template set, with the template's own text around the place."""
    entry = catalogue()[rule_id]
    words = {
        language: msgspec.structs.replace(told, message=told.message + (_NEAR[language].format(near) if near else ""))
        for language, told in entry.told(details).items()
    }
    return replace(_problem(entry, words), file=file)


def _problem(entry: Rule, words: Mapping[Language, Words]) -> Problem:
    return Problem(
        code=entry.id,
        severity=entry.severity,
        message=words["en"].message,
        hint=words["en"].hint,
        source=entry.source,
        as_of=entry.as_of,
        translations={language: (told.message, told.hint) for language, told in words.items()},
    )
