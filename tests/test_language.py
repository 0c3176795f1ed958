"""The language of findings, and the printing of notes."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import Problem
from pipeline.language import LANGUAGES, language_of
from pipeline.visa.rules.catalogue import checked_rules
from tests.support.built import make_part, make_set, snapshot
from tests.support.cases import EXAMPLES, change
from tests.support.run import Command

pytestmark = pytest.mark.slow

CASE = EXAMPLES / "wang-xiaoming" / "case.json"
VALIDATE = ("validate", CASE, "--as-of", "2026-11-22")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh"}, "zh"),
        ({"LANG": "zh-TW"}, "zh"),
        ({"LANG": "ja_JP.eucJP"}, "ja"),
        ({"LANG": "JA"}, "ja"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "jam_JM"}, "en"),
        ({"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LC_ALL": "ja_JP.UTF-8", "LANGUAGE": "zh"}, "zh"),
        ({"LC_ALL": "", "LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANGUAGE": "de:ja:zh"}, "ja"),
        ({"LANGUAGE": "de"}, "en"),
        ({"LANGUAGE": "en:ja"}, "en"),
    ],
)
def test_the_locale_names_the_language(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


def test_a_problem_without_other_words_stays_english() -> None:
    problem = Problem("usage", "error", "wrong", "correct it")
    assert all(problem.in_language(language) == problem for language in LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_in_the_chosen_language(visa_packet: Command, language: str) -> None:
    run = visa_packet(*VALIDATE, "--lang", language, "--json", "--notes")
    assert run.code == 0
    for problem in run.problems:
        assert problem["message"] in run.err
        assert problem["hint"] in run.err
    [agency] = [problem for problem in run.problems if problem["code"] == "DOC-10"]
    entry = checked_rules()["DOC-10"].texts
    assert (agency["message"], agency["hint"]) == (entry[language].message, entry[language].hint)  # type: ignore[index]


def test_the_locale_chooses_unless_the_option_does(visa_packet: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    japanese = visa_packet(*VALIDATE, "--json").problems
    assert japanese == visa_packet(*VALIDATE, "--json", "--lang", "ja").problems
    chinese = visa_packet(*VALIDATE, "--json", "--lang", "zh").problems
    assert [problem["message"] for problem in chinese] != [problem["message"] for problem in japanese]
    assert re.search("[ぁ-ん]", visa_packet("rules", "ID-02").out)
    assert not re.search("[ぁ-ん一-鿿]", visa_packet("rules", "ID-02", "--lang", "en").out)


def test_errors_are_told_in_the_language_too(visa_packet: Command) -> None:
    wrong = EXAMPLES / "wrong-on-purpose" / "breaks-the-rules.json"
    run = visa_packet("validate", wrong, "--as-of", "2026-11-22", "--lang", "zh")
    assert run.code == 3
    assert "机读区（MRZ）无效，有误之处：护照号码的校验码、整行的校验码" in run.err


def test_a_language_that_there_is_not(visa_packet: Command) -> None:
    run = visa_packet(*VALIDATE, "--lang", "de")
    assert run.code == 2
    assert "--lang" in run.err


def test_the_packet_is_the_same_in_every_language(visa_packet: Command, packet: Path, tmp_path: Path) -> None:
    templates = make_part(tmp_path / "set", "cover-sheet", "invitation-letter", "patient-guide")
    for language in LANGUAGES:
        words = ("--templates", templates, "--as-of", "2026-11-22", "--lang", language)
        assert visa_packet("build", CASE, "-o", tmp_path / language, *words).code == 0
    assert snapshot(tmp_path / "en") == snapshot(tmp_path / "ja") == snapshot(tmp_path / "zh") != {}
    manifest = json.loads((packet / "manifest.json").read_text(encoding="utf-8"))
    found = {finding["rule"]: finding["message"] for finding in manifest["findings"]}
    assert found["DOC-10"] == checked_rules()["DOC-10"].texts["en"].message


class TestNotes:
    def test_only_their_number_is_printed(self, visa_packet: Command) -> None:
        run = visa_packet(*VALIDATE)
        assert "info " not in run.err
        assert "8 notes; --notes shows them" in run.err

    def test_warnings_are_printed_beside_it(self, visa_packet: Command) -> None:
        run = visa_packet("validate", EXAMPLES / "gao-zhiyuan" / "case.json", "--as-of", "2026-11-22")
        assert "info " not in run.err
        assert run.err.count("warning ") == 1

    def test_they_are_printed_when_asked_for(self, visa_packet: Command) -> None:
        run = visa_packet(*VALIDATE, "--notes")
        assert run.err.count("info ") == 8
        assert "--notes" not in run.err

    def test_one_note(self, visa_packet: Command, tmp_path: Path) -> None:
        shutil.copytree(CASE.parent, tmp_path / "case")
        path = tmp_path / "case" / "case.json"
        data = json.loads(path.read_text(encoding="utf-8"))
        edits: dict[str, Any] = {"/treatment/visits/1/exit_date": "2027-07-16", "/visa/entries": "single"}
        papers = {"combined_form": "x.pdf", "funds_proof": "papers/bank-certificate.pdf"}
        edits["/attachments"] = [{"role": role, "path": paper} for role, paper in papers.items()]
        change(data, edits)
        path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        run = visa_packet("validate", path, "--as-of", "2026-11-22")
        assert run.code == 3
        assert "1 note; --notes shows it" in run.err

    def test_the_report_has_them_all(self, visa_packet: Command) -> None:
        run = visa_packet(*VALIDATE, "--json")
        assert [problem["severity"] for problem in run.problems].count("info") == 8
        assert "8 notes; --notes shows them" in run.err

    def test_a_build_prints_their_number(self, visa_packet: Command, tmp_path: Path) -> None:
        words = ("-o", tmp_path / "out", "--templates", make_set(tmp_path / "set"), "--as-of", "2026-11-22")
        run = visa_packet("build", CASE, *words)
        assert "info " not in run.err
        assert "8 notes; --notes shows them" in run.err

    def test_a_case_without_notes_has_no_such_line(self, visa_packet: Command, tmp_path: Path) -> None:
        path = tmp_path / "case.json"
        path.write_text("{}", encoding="utf-8")
        assert "--notes" not in visa_packet("validate", path).err
