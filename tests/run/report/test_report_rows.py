"""Rows of the report's page: what they say, and what they keep to themselves."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import ExitCode, Problem
from pipeline.language import Language
from pipeline.run.report import finding_rows as module
from pipeline.run.report.finding_rows import Texts
from pipeline.run.report.report_rows import Rows
from pipeline.run.task import TaskResult
from pipeline.visa.rules.catalogue import checked_rules
from tests.support.reported import NAME, built, problem

OUT = Path("/out")
DONE = TaskResult(
    "cases/WANG.json", "built", ExitCode.OK, "case-1", built("case-1", OUT, 3, 2), (problem("ID-01"),), 1.2345, NAME
)


def test_a_built_case() -> None:
    rows = Rows("en", names=False)
    row = rows.row(4, DONE)
    assert (row["number"], row["id"], row["status"], row["exit"], row["seconds"]) == (4, "case-1", "built", 0, 1.23)
    [[person, path, pages, parts]] = row["bundles"]
    assert (person, path, pages) == ("patient", "bundle.pdf", 5)
    assert [(rows.texts.all[title].split(" / ")[1], *where) for title, *where in parts] == [
        ("List of documents", 1, 1, 0),
        ("Letter of invitation", 2, 1, 1),
        ("Passport", 3, 3, 0),
    ]
    assert row["apart"] == ["documents/09-patient-guide.pdf"]
    assert row["state"] == "incomplete"
    assert row["missing"] == [["イ", "photo", "patient"], ["ア", "passport", "companion-1"]]


@pytest.mark.parametrize("language", ["en", "ja", "zh"])
def test_a_finding_is_reported_in_the_language_with_its_rule(language: Language) -> None:
    rows = Rows(language, names=False)
    [[code, severity, message, hint, *place]] = rows.row(1, DONE)["findings"]
    words, rule = checked_rules()["ID-01"].texts[language], checked_rules()["ID-01"]
    assert (code, severity, *place) == ("ID-01", "warning", "/patient", 12, 7)
    assert (rows.texts.all[message], rows.texts.all[hint]) == (words.message, words.hint)
    assert rows.findings.rules == {"ID-01": {"title": words.title, "source": rule.source, "as_of": rule.as_of}}


def test_names_only_when_asked() -> None:
    named = Rows("en", names=True).row(1, DONE)
    assert (named["name"], named["file"]) == (["WANG XIAOMING", "王晓明"], "cases/WANG.json")
    reported = json.dumps(Rows("en", names=False).row(1, DONE), ensure_ascii=False)
    assert [secret for secret in ("WANG", "王晓明", "secret-name") if secret in reported] == []


def test_the_place_of_a_finding_in_a_template_is_its_file() -> None:
    found = Problem("REG-08", "error", "a claim", "take it out", "/home/x/set/letter.docx", None)
    [[*_, place, _line, _column]] = Rows("en", names=False).row(1, replace(DONE, problems=(found,)))["findings"]
    assert place == "letter.docx"


def test_texts_are_stored_once_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_TEXTS", 2)
    texts = Texts()
    assert [texts.refer(text) for text in ("a", "b", "a", "c", "b")] == [0, 1, 0, "c", 1]
    assert texts.all == ["a", "b"]
