"""visa-packet match: the list for people and for programs."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from pipeline.language import LANGUAGES, Language
from tests.support.built import make_set
from tests.support.cases import EXAMPLES, PERSONAL, Edit
from tests.support.run import Command

pytestmark = pytest.mark.slow

CASE = EXAMPLES / "wang-xiaoming" / "case.json"
CHEN = EXAMPLES / "chen-lihua" / "case.json"
DAY = ("--as-of", "2026-11-22")
#: Words that would call a plan or a therapy approved.
APPROVED = re.compile("approv|licen[cs]ed|認可|承認|許可|批准|许可|认可", re.IGNORECASE)


def test_it_lists_who_fits_and_why_others_do_not(visa_packet: Command) -> None:
    run = visa_packet("match", CASE, *DAY)
    assert run.code == 0
    lines = run.out.splitlines()
    assert lines[0].startswith(f"{CASE}: 2 of 4 hospitals match")
    assert [line.split()[0] for line in lines if "医療法人" in line] == ["aoba", "reiji"]
    for words in (
        "東京都 / Tokyo  ja, en, zh",
        "PB3999001  Class II  自己脂肪由来",
        "2026-11-16",
        "midori  the plan for the treatment is suspended",
        "suspended plan PB7999005: since 2026-10-01 (医療機関の公表（見本）)",
    ):
        assert words in run.out
    assert "directory-old" in run.err
    assert "reiji.json:40:12" in run.err


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_three_languages_and_calls_nothing_approved(visa_packet: Command, language: Language) -> None:
    run = visa_packet("match", CASE, CHEN, *DAY, "--language", "zh", "--prefecture", "東京都", "--lang", language)
    submitted = {"en": "submitted (and received)", "ja": "提供計画を提出（受理）", "zh": "已提交（受理）"}
    assert run.out.count(submitted[language]) == 2
    assert not APPROVED.search(run.out + run.err)
    assert not any(value in run.out + run.err for value in PERSONAL)


def test_that_none_fits_is_said_and_is_no_failure(visa_packet: Command) -> None:
    run = visa_packet("match", CASE, *DAY, "--language", "ko")
    assert run.code == 0
    assert "none of 4 hospitals matches" in run.out
    assert "available in the directory: en, ja, zh" in run.err


def test_the_report(visa_packet: Command) -> None:
    run = visa_packet("match", CASE, *DAY, "--language", "zh", "--json")
    [result] = run.report["results"]
    assert (run.code, run.report["command"], result["case_id"]) == (0, "match", "wang-xiaoming")
    [hospital] = result["match"]["hospitals"]
    assert hospital["id"] == "aoba"
    assert hospital["prefecture"] == {"ja": "東京都", "en": "Tokyo"}
    assert hospital["plans"] == [
        {
            "plan_number": "PB3999001",
            "plan_title": "自己脂肪由来間葉系幹細胞を用いた変形性膝関節症の治療",
            "risk_class": "II",
        }
    ]
    reasons = {other["id"]: other["reasons"] for other in result["match"]["left_out"]}
    assert reasons == {"hibari": ["condition"], "midori": ["suspended"], "reiji": ["language"]}
    assert [other["suspended"] for other in result["match"]["left_out"]] == [
        [],
        [{"plan_number": "PB7999005", "since": "2026-10-01", "source": "医療機関の公表（見本）"}],
        [],
    ]
    assert [problem["code"] for problem in result["problems"]] == ["directory-old"]


def test_of_several_cases_a_bad_one_does_not_stop_the_others(visa_packet: Command, edit: Edit) -> None:
    bad = edit({"/hospital": "aobo"})
    run = visa_packet("match", bad, CASE, *DAY, "--directory", EXAMPLES / "directory", "--json")
    assert run.code == 9
    first, second = run.report["results"]
    assert (first["exit_code"], first["match"], first["case_id"]) == (3, None, "wang-xiaoming")
    assert [problem["code"] for problem in first["problems"]] == ["directory-unknown"]
    assert second["exit_code"] == 0


def test_an_entry_that_cannot_be_read_is_not_passed_over(visa_packet: Command, tmp_path: Path) -> None:
    directory = shutil.copytree(EXAMPLES / "directory", tmp_path / "directory")
    (directory / "hospitals" / "reiji.json").write_bytes(b"{")
    run = visa_packet("match", CASE, *DAY, "--directory", directory, "--json")
    assert run.code == 3
    assert [Path(problem["file"]).name for problem in run.problems] == ["reiji.json"]


@pytest.mark.parametrize("command", ["match", "build", "validate"])
def test_a_directory_that_is_not_there_is_wrong_use(visa_packet: Command, tmp_path: Path, command: str) -> None:
    run = visa_packet(command, CASE, "--directory", tmp_path / "nowhere", "--json")
    assert run.code == 2
    assert "nowhere" in run.report["problems"][0]["message"]


def test_build_and_validate_take_a_directory(visa_packet: Command, edit: Edit, tmp_path: Path) -> None:
    path = edit({"/hospital": "aoba", "/guarantor": "mihon"})
    given = ("--directory", EXAMPLES / "directory")
    assert visa_packet("validate", path, *DAY).code == 3
    assert visa_packet("validate", path, *DAY, *given).code == 0
    small = ("--templates", make_set(tmp_path / "set"))
    assert visa_packet("build", path, *DAY, *given, *small, "-o", tmp_path / "out").code == 0
    manifest = json.loads((tmp_path / "out" / "wang-xiaoming" / "manifest.json").read_text(encoding="utf-8"))
    assert [entry["id"] for entry in manifest["inputs"]["directory"]] == ["aoba", "mihon"]
    assert visa_packet("verify", tmp_path / "out" / "wang-xiaoming").code == 0


def test_beside_the_case(visa_packet: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(EXAMPLES / "directory", tmp_path / "directory")
    shutil.copy(CASE, tmp_path / "case.json")
    monkeypatch.chdir(tmp_path)
    run = visa_packet("match", "case.json", *DAY, "--json")
    assert run.code == 0
    assert [hospital["id"] for hospital in run.report["results"][0]["match"]["hospitals"]] == ["aoba", "reiji"]
