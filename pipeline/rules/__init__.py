"""The rules of the visa: a catalogue (data) and one small function a rule, in one module a theme.

To add a rule: an entry in ``catalogue.json``, a function with ``@rule("ID")`` in the module of its
theme, and a positive and a negative sample in ``tests/rules/samples``.
"""

from __future__ import annotations

import importlib
from datetime import date

from pipeline.case import Case
from pipeline.errors import Problem
from pipeline.jsonfile import JsonFile
from pipeline.rules.catalogue import Rule, catalogue
from pipeline.rules.registry import CHECKS, CheckFunction, Hit

#: Modules with rules on the case alone. Rules of the theme "papers" need the plan: pipeline/plan.py; those of the
#: theme "directory" the entries that a case refers to: pipeline/filed_plans.py.
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
        importlib.import_module(f"pipeline.rules.{theme}")
    return CHECKS


def finding(entry: Rule, hit: Hit, document: JsonFile) -> Problem:
    """A hit of a rule as a problem with its place in ``document``, or in the directory's file that a part is from."""
    file = document.file_of(hit.pointer)
    line, column = file.places.value(hit.pointer)
    words = entry.told(hit.details)
    return Problem(
        code=entry.id,
        severity=entry.severity,
        message=words["en"].message,
        hint=words["en"].hint,
        file=file.name,
        pointer=hit.pointer,
        line=line,
        column=column,
        source=entry.source,
        as_of=entry.as_of,
        translations={language: (told.message, told.hint) for language, told in words.items()},
    )
