"""Run the rules on a case, and turn their hits into problems."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec

from pipeline.case.base import Trilingual
from pipeline.case.half_case import ABSENT_ERRORS, half_case
from pipeline.case.model import Case
from pipeline.errors import Problem
from pipeline.formats.json.reader import JsonFile
from pipeline.language import Language
from pipeline.visa.rules.catalogue import Rule, RuleText, checked_rules
from pipeline.visa.rules.registry import CHECKS, CheckFunction, Hit

#: Modules with rules on the case alone. Rules of other themes need more data and are in the modules that have it:
#: "papers" in packet/paper_rules.py, "directory" in visa/rules/filed_plan.py, "pages" in documents/proof/.
THEMES = (
    "identity",
    "dates",
    "visits",
    "eligibility",
    "procedures",
    "travel",
    "diagnosis",
    "costs",
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

#: Rules that find that an optional field is missing.
_ON_OPTIONAL_FIELDS = frozenset({"DOC-06", "VIS-08", "FRM-01", "FRM-02", "GUA-04", "GUA-05"})

_NEAR: Mapping[Language, str] = {"en": " (near “{}”)", "ja": "（「{}」の付近）", "zh": "（“{}”附近）"}


def check_rules(case: Case, as_of: date, json_file: JsonFile) -> list[Problem]:
    """Return the findings of all rules on ``case`` as of that day, in the order of the catalogue."""
    return _findings(lambda check: check(case, as_of), json_file)


def check_half_case(fields: Mapping[str, Any], as_of: date, json_file: JsonFile) -> list[Problem]:
    """Return the findings of the rules on a case that lacks required fields. A rule that needs one finds no more.

    Nor does a rule on a missing optional field: it is not the time to ask for that.
    """
    case = half_case(fields)

    def hits(check: CheckFunction) -> list[Hit]:
        found: list[Hit] = []
        with suppress(*ABSENT_ERRORS):
            found.extend(check(case, as_of))  # what it found before stays
        return found

    return [problem for problem in _findings(hits, json_file) if problem.code not in _ON_OPTIONAL_FIELDS]


def _findings(hits: Callable[[CheckFunction], Iterable[Hit]], json_file: JsonFile) -> list[Problem]:
    checks = load_checks()
    return [
        make_finding(entry.id, hit, json_file)
        for entry in checked_rules().values()
        if entry.theme in THEMES
        for hit in hits(checks[entry.id])
    ]


def load_checks() -> dict[str, CheckFunction]:
    """Return the function of each rule by the rule's id."""
    for theme in THEMES:
        importlib.import_module(f"pipeline.visa.rules.{theme}")
    return CHECKS


def make_finding(rule_id: str, hit: Hit, json_file: JsonFile) -> Problem:
    """Return a hit of a rule as a problem, located in ``document`` or in the directory file of that part."""
    entry = checked_rules()[rule_id]
    return json_file.locate(_problem(entry, entry.localised(hit.details)), hit.pointer)


def make_template_finding(
    rule_id: str, details: Sequence[str | Trilingual], file: str, near: str | None = None
) -> Problem:
    """Return a finding in a file of the template set. ``near`` is the template's own text around the place."""
    entry = checked_rules()[rule_id]
    texts = {
        language: msgspec.structs.replace(text, message=text.message + (_NEAR[language].format(near) if near else ""))
        for language, text in entry.localised(details).items()
    }
    return replace(_problem(entry, texts), file=file)


def _problem(entry: Rule, texts: Mapping[Language, RuleText]) -> Problem:
    return Problem(
        code=entry.id,
        severity=entry.severity,
        message=texts["en"].message,
        hint=texts["en"].hint,
        source=entry.source,
        as_of=entry.as_of,
        translations={language: (text.message, text.hint) for language, text in texts.items()},
        cli_hint=texts["en"].cli_hint or "",
        cli_hints={language: text.cli_hint or "" for language, text in texts.items()},
    )
