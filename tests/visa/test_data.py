"""Tables that change: each has a source and a date."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from pipeline.case.treatment import ConditionKind
from pipeline.resources import is_stale, read_data
from pipeline.visa.missions import serves
from pipeline.visa.rules.catalogue import checked_rules
from tests.support.cases import ROOT

TABLES = (
    "airports",
    "anti-doping",
    "emergency-orders",
    "exchange-rates",
    "fees",
    "jpets",
    "long-stay",
    "missions",
    "photo",
    "visa-terms",
    "wordings",
)


def words(data: Any) -> list[str]:
    return [text for value in data.values() for text in (words(value) if isinstance(value, dict) else value)]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_dated(name: str) -> None:
    table = read_data(name)
    assert date(2020, 1, 1) < date.fromisoformat(table["as_of"]) < date(2100, 1, 1)
    assert table["title"]
    assert name == "wordings" or table.get("source") or table.get("sources")


@pytest.mark.parametrize(
    ("name", "compared"),
    [
        ("jpets", "2026-10-15"),
        ("fees", "2026-11-22"),
        ("photo", "2026-11-22"),
        ("missions", "2026-11-30"),
        ("emergency-orders", "2026-11-30"),
    ],
)
def test_a_table_that_changes_grows_stale_after_its_own_limit(name: str, compared: str) -> None:
    last_fresh = date.fromisoformat(compared) + timedelta(days=read_data(name)["stale_after_days"])
    assert not is_stale(name, date.fromisoformat(compared))
    assert not is_stale(name, last_fresh)
    assert is_stale(name, last_fresh + timedelta(days=1))


def test_every_table_is_known() -> None:
    tables = (ROOT / "pipeline").glob("*/data/*.json")
    assert {path.stem for path in tables} == {
        *TABLES,
        "glyph-variants",
        "glyphs",
        "headers",
        "intake",
        "labels",
        "messages",
        "mofa-application-en",
        "mofa-application-zh",
        "prompts",
        "readme",
        "reminders",
        "timeline",
        "vocabulary",
        "word-elements",
        "words-of-papers",
    }


def test_every_term_has_a_source() -> None:
    table = read_data("visa-terms")
    assert set(table["terms"]) == set(table["sources"])


def test_a_set_leaves_the_size_of_the_photo_to_the_mission() -> None:
    packet = json.loads((Path(ROOT) / "templates" / "medical-stay" / "packet.json").read_text(encoding="utf-8"))
    assert not [entry for entry in packet["contents"] if "print_size_mm" in entry]
    assert set(read_data("photo")["missions"]) == set(read_data("missions")["missions"])


def test_the_words_that_are_looked_for_are_expressions() -> None:
    table = read_data("wordings")
    assert all(re.compile(part) for part in table["parts"].values())
    conditions = [word for words in table["conditions"].values() for word in words.values()]
    others = (table["dated_statement"], table["employees"], table["not_employed"])
    for expression in (*table["treatments"].values(), *table["sides"].values(), *conditions, *others):
        assert not re.compile(expression, re.IGNORECASE).search("")
    assert all(text == text.strip().lower() for text in table["vague_purposes"])


def test_every_kind_of_condition_has_words_that_its_own_name_has() -> None:
    words, names = read_data("wordings")["conditions"], read_data("labels")["condition_kind"]
    assert {*words, "other"} == set(get_args(ConditionKind)) == set(names)
    for kind, expressions in words.items():
        for language, expression in expressions.items():
            assert re.search(expression, names[kind][language], re.IGNORECASE)


def test_every_airport_with_a_name_is_in_japan() -> None:
    assert set(read_data("labels")["airport"]) <= set(read_data("airports")["japan"])


def test_every_mission_of_a_case_has_name_and_addressee() -> None:
    missions = read_data("missions")["missions"]
    schema = json.loads((ROOT / "schemas" / "visa.schema.json").read_text(encoding="utf-8"))
    assert list(missions) == schema["properties"]["mission"]["enum"]
    for mission in missions.values():
        head = "長" * mission["name"]["ja"].endswith("所")
        assert mission["addressee"]["ja"] == mission["name"]["ja"].removesuffix("館") + head + "　殿"
        assert len({*mission["name"].values(), *mission["addressee"].values()}) == 6
        assert mission["source"]
        assert mission["confidence"] in {"high", "medium"}  # an area of low confidence must not block


def test_every_province_has_one_mission() -> None:
    common = json.loads((ROOT / "schemas" / "common.schema.json").read_text(encoding="utf-8"))
    for province in common["$defs"]["province"]["enum"]:
        for address in ("", "大连市") if province == "辽宁" else ("",):
            serving = [mission for mission in read_data("missions")["missions"] if serves(mission, province, address)]
            assert len(serving) == 1, (province, address)


def test_messages_about_the_fee_have_the_amounts_of_the_table() -> None:
    table = read_data("fees")
    amounts = [value for currency in ("jpy", "cny") for value in table[currency].values()]
    assert table["jpy"]["multiple"] == 2 * table["jpy"]["single"]
    for text in checked_rules()["VIS-10"].texts.values():
        assert [amount for amount in amounts if str(amount) not in text.message.replace(",", "")] == []
    for text in checked_rules()["DOC-10"].texts.values():
        assert [amount for amount in amounts if str(amount) not in text.hint.replace(",", "")] == []
