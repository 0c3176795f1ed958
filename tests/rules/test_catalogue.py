"""The catalogue as data, and its agreement with the functions."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from pipeline import plan
from pipeline.errors import Severity
from pipeline.rules import THEMES, load_checks
from pipeline.rules.catalogue import CATALOGUE_FILE, Rule, catalogue, catalogue_date

RAW: dict[str, Any] = json.loads(CATALOGUE_FILE.read_text(encoding="utf-8"))
RULES = [pytest.param(rule, id=rule.id) for rule in catalogue().values()]


def decorated() -> list[tuple[str, str]]:
    """(theme, id) of each ``@rule("ID")`` in the source: a registry would hide that one id was taken twice."""
    found = []
    for theme in THEMES:
        tree = ast.parse((CATALOGUE_FILE.parent / f"{theme}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "rule":
                [argument] = node.args
                assert isinstance(argument, ast.Constant)
                found.append((theme, str(argument.value)))
    return found


def found_by_the_plan() -> set[str]:
    """Ids of the rules about missing papers, which the plan of the packet finds, not a function of a theme."""
    return set(re.findall(r'catalogue\(\)\["([^"]+)"\]', Path(plan.__file__).read_text(encoding="utf-8")))


def test_catalogue_and_functions_agree_both_ways() -> None:
    by_function, by_plan = set(load_checks()), found_by_the_plan()
    assert by_function | by_plan == set(catalogue())
    assert not by_function & by_plan
    assert by_plan == {rule.id for rule in catalogue().values() if rule.theme == "papers"}


def test_ids_are_unique() -> None:
    assert max(Counter(entry["id"] for entry in RAW["rules"]).values()) == 1
    assert max(Counter(rule_id for _, rule_id in decorated()).values()) == 1


def test_each_rule_stands_in_the_module_of_its_theme() -> None:
    themes = {rule_id: theme for theme, rule_id in decorated()} | dict.fromkeys(found_by_the_plan(), "papers")
    assert themes == {rule.id: rule.theme for rule in catalogue().values()}


def test_every_module_of_rules_is_a_theme() -> None:
    files = CATALOGUE_FILE.parent.glob("*.py")
    assert {path.stem for path in files if "\n@rule(" in path.read_text(encoding="utf-8")} == set(THEMES)


@pytest.mark.parametrize("rule", RULES)
def test_low_confidence_never_blocks(rule: Rule) -> None:
    assert (rule.severity, rule.confidence) != ("error", "low")


@pytest.mark.parametrize("rule", RULES)
def test_entry_is_complete(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z]{2,3}-[0-9]{2}[A-Z]?", rule.id)
    assert rule.severity in get_args(Severity)
    assert rule.source.strip()
    assert date.fromisoformat(rule.as_of) <= date.fromisoformat(catalogue_date())
    for text in (rule.title, rule.message, rule.hint):
        assert text.strip() == text != ""
        assert set(re.findall(r"\{.*?\}", text)) <= {"{detail}"}


@pytest.mark.parametrize("broken", [{"severity": "fatal"}, {"confidence": "sure"}, {"titel": "x"}])
def test_an_entry_of_another_form_is_refused(broken: dict[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(RAW["rules"][0] | broken, Rule)


@pytest.mark.parametrize("field", ["source", "as_of", "hint", "confidence"])
def test_an_entry_without_a_field_is_refused(field: str) -> None:
    entry = {name: value for name, value in RAW["rules"][0].items() if name != field}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(entry, Rule)
