"""The catalogue as data, and its agreement with the functions."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from datetime import date
from typing import Any, get_args

import msgspec
import pytest

from pipeline.attachments.forms.in_packet import FORM_RULES
from pipeline.documents.proof.page_rules import PAGE_RULES
from pipeline.errors import Severity
from pipeline.language import LANGUAGES
from pipeline.packet import paper_rules as papers
from pipeline.visa.rules.catalogue import (
    CATALOGUE_FILE,
    UncheckedRule,
    all_rules,
    catalogue_date,
    checked_rules,
    read_entry,
    unchecked_rules,
)
from pipeline.visa.rules.checks import THEMES, load_checks
from pipeline.visa.rules.filed_plan import PLAN_RULE, SUSPENDED_RULE

RAW: dict[str, Any] = json.loads(CATALOGUE_FILE.read_text(encoding="utf-8"))

#: Every rule that is known, by theme and number; a letter marks the second half of a rule with two severities.
NUMBERS = {
    "DOC": "01 02 03 04 05 06 06B 07 08 09 10 11 12 13 14 15 16 17 17B 18 19 20 21 22 23 24 25 26 27 28 29 30 31",
    "COE": "01 02 02B",
    "GUA": "01 02 03 04 05 06 07 08 09 10 11 12",
    "VIS": "01 01B 02 03 04 04B 05 06 07 07B 08 09 10 11 12 13 14 15 16 17 17B",
    "FRM": "01 02 03 04 05 05B 06 07 08 09 10 10B 11 12",
    "ID": "01 02 03 04 05 05B 06 07 08 09 10 11 12 13",
    "TB": "01 02 03 04 05 06",
    "REG": "01 02 02B 03 04 05 06 07 08 09 10 11 12 13 14",
    "SCH": "01 02 03 04 05 06 07 08 09 10 11 11B",
    "LET": "01 02 03 04 05 06",
    "OUT": "01 01B 02 03 04 05 05B 06 07 08 09",
    "SPO": "01 02 03",
    "DAT": "01 02 03 04 05 05B",
    "CON": "01 02",
    "CST": "01 02 03 04",
    "ATT": "01 02",
    "FLD": "01 02 03 04 05 06",
    "FIL": "01 02 03 04 05 06 07",
    "PHO": "01 02",
}
EXPECTED = [f"{theme}-{number}" for theme, numbers in NUMBERS.items() for number in numbers.split()]


def decorated() -> list[tuple[str, str]]:
    """Return (theme, id) of each ``@rule("ID")`` in the source, because the registry would hide a duplicate id."""
    found = []
    for theme in THEMES:
        tree = ast.parse((CATALOGUE_FILE.parent / f"{theme}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "rule":
                [argument] = node.args
                assert isinstance(argument, ast.Constant)
                found.append((theme, str(argument.value)))
    return found


_OF_ORIGINALS = {papers.CHANGED_RULE, papers.ACCEPTED_RULE, papers.UNCOMPARED_RULE}


def found_by_the_plan() -> frozenset[str]:
    """Return the ids of the rules on papers, which other modules check instead of a function of a theme."""
    return papers.MISSING_RULES | papers.PAPERS_RULES | _OF_ORIGINALS | FORM_RULES


#: Rules that need more than the case, by the theme that the catalogue gives them.
ELSEWHERE = dict.fromkeys(found_by_the_plan(), "papers") | dict.fromkeys((PLAN_RULE, SUSPENDED_RULE), "directory")
ELSEWHERE |= dict.fromkeys(PAGE_RULES, "pages")


def test_catalogue_and_functions_agree_both_ways() -> None:
    by_function = set(load_checks())
    assert by_function | set(ELSEWHERE) == set(checked_rules())
    assert not by_function & set(ELSEWHERE)
    assert {rule.id: rule.theme for rule in checked_rules().values() if rule.theme not in THEMES} == ELSEWHERE


def test_every_known_rule_is_there() -> None:
    assert sorted(all_rules()) == sorted(EXPECTED)


def test_a_rule_is_checked_or_has_a_reason() -> None:
    assert set(checked_rules()) | set(unchecked_rules()) == set(all_rules())
    assert not set(checked_rules()) & set(unchecked_rules())
    assert list(all_rules()) == [*checked_rules(), *unchecked_rules()]


def test_ids_are_unique() -> None:
    assert max(Counter(entry["id"] for entry in RAW["rules"]).values()) == 1
    assert max(Counter(rule_id for _, rule_id in decorated()).values()) == 1


def test_each_rule_stands_in_the_module_of_its_theme() -> None:
    themes = {rule_id: theme for theme, rule_id in decorated()} | ELSEWHERE
    assert themes == {rule.id: rule.theme for rule in checked_rules().values()}


def test_every_module_of_rules_is_a_theme() -> None:
    files = CATALOGUE_FILE.parent.glob("*.py")
    assert {path.stem for path in files if "\n@rule(" in path.read_text(encoding="utf-8")} == set(THEMES)


def test_low_confidence_never_blocks() -> None:
    assert [rule.id for rule in all_rules().values() if (rule.severity, rule.confidence) == ("error", "low")] == []


def test_entry_is_complete(subtests: pytest.Subtests) -> None:
    for rule in all_rules().values():
        with subtests.test(rule.id):
            assert re.fullmatch(r"[A-Z]{2,3}-[0-9]{2}[A-Z]?", rule.id)
            assert rule.severity in get_args(Severity)
            assert rule.source.strip()
            assert date.fromisoformat(rule.as_of) <= date.fromisoformat(catalogue_date())
            assert set(rule.texts) == set(LANGUAGES)
            for words in rule.texts.values():
                for text in msgspec.to_builtins(words).values():
                    assert text.strip() == text != ""
                    assert set(re.findall(r"\{.*?\}", text)) <= {"{detail}"}
            if isinstance(rule, UncheckedRule):
                assert rule.not_checked.isascii() or set(rule.not_checked) & set("印カ")
                assert "{" not in rule.not_checked + rule.texts["en"].hint


def test_texts_are_in_their_languages(subtests: pytest.Subtests) -> None:
    for rule in all_rules().values():
        with subtests.test(rule.id):
            for title in (rule.texts["ja"].title, rule.texts["zh"].title):
                assert re.search(r"[\u3041-\u30ff\u4e00-\u9fff]", title)
            japanese = msgspec.to_builtins(rule.texts["ja"]).values()
            assert all(re.search(r"[\u3041-\u30ff]", text) for text in japanese)
            chinese = re.sub("「.*?」|（.*?）|“.*?”|カ", "", "".join(msgspec.to_builtins(rule.texts["zh"]).values()))
            assert not re.search(r"[\u3041-\u30ff]", chinese)
            english = re.sub(
                r"「.*?」|\(.*?\)|行政書士|户口簿|e-再生医療|省略|无|印|特定細胞加工物等",
                "",
                "".join(msgspec.to_builtins(rule.texts["en"]).values()),
            )
            assert not re.search(r"[\u3041-\u30ff\u4e00-\u9fff]", english)


def test_a_finding_names_the_same_things_in_every_language(subtests: pytest.Subtests) -> None:
    for rule in checked_rules().values():
        with subtests.test(rule.id):
            for part in ("message", "hint"):
                assert len({"{detail}" in getattr(words, part) for words in rule.texts.values()}) == 1
            for key in rule.details:
                for language, words in rule.localised([key]).items():
                    assert getattr(rule.details[key], language) in words.message + words.hint


@pytest.mark.parametrize("broken", [{"severity": "fatal"}, {"confidence": "sure"}, {"titel": "x"}])
def test_an_entry_of_another_form_is_refused(broken: dict[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError):
        read_entry(RAW["rules"][0] | broken)


@pytest.mark.parametrize("field", ["source", "as_of", "texts", "confidence"])
def test_an_entry_without_a_field_is_refused(field: str) -> None:
    entry = {name: value for name, value in RAW["rules"][0].items() if name != field}
    with pytest.raises(msgspec.ValidationError):
        read_entry(entry)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("index", [0, -1])
def test_an_entry_without_a_language_is_refused(language: str, index: int) -> None:
    entry = RAW["rules"][index]
    texts = {name: words for name, words in entry["texts"].items() if name != language}
    with pytest.raises(msgspec.ValidationError):
        read_entry(entry | {"texts": texts})


@pytest.mark.parametrize("index", [0, -1])
def test_a_text_without_a_part_is_refused(index: int) -> None:
    entry = RAW["rules"][index]
    with pytest.raises(msgspec.ValidationError):
        read_entry(entry | {"texts": entry["texts"] | {"ja": {"title": "題"}}})
