"""visa-packet import, from the command line to the files."""

from __future__ import annotations

import errno
import json
import os
import re
from pathlib import Path

import pytest

from pipeline.formats.json.edit import change_text
from tests.support.built import names_in, snapshot
from tests.support.run import Command, Run, assert_refused
from tests.support.sheets import MAPPING, SAMPLE, changed_csv, changed_workbook

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("inline_tables")]

TABLE = SAMPLE / "cases.xlsx"


@pytest.fixture
def run(visa_packet: Command, tmp_path: Path) -> Command:
    def import_table(table: Path = TABLE, *more: str) -> Run:
        return visa_packet("import", table, "--mapping", MAPPING, "-o", tmp_path / "cases", "--json", *more)

    return import_table


def statuses(run: Run) -> list[str]:
    assert run.code == 0
    return [result["status"] for result in run.report["results"]]


CASES = ["b2027-001", "b2027-002", "b2027-003"]


def case_of(tmp_path: Path, number: int = 2) -> Path:
    return tmp_path / "cases" / f"b2027-00{number}" / "case.json"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_folder_a_row_private_and_not_written_twice(run: Command, tmp_path: Path) -> None:
    assert statuses(run()) == ["new"] * 3
    folder = tmp_path / "cases"
    assert names_in(folder) == CASES
    files = {".imported.json", "README.md", "case.json", "papers"}
    assert {name for each in folder.iterdir() for name in names_in(each)} == files
    assert (folder / "b2027-002" / "papers" / "companion-1" / "01-passport").is_dir()
    paths = [folder, *folder.rglob("*")]
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_file()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_dir()} == {0o700}
    before = snapshot(folder)
    assert statuses(run()) == ["unchanged"] * 3
    assert snapshot(folder) == before
    assert [result["row"] for result in run().report["results"]] == [3, 4, 5]


def test_the_cases_are_packet_of_the_folder(run: Command, visa_packet: Command, tmp_path: Path) -> None:
    run()
    options = ("--as-of", "2026-11-22", "--directory", SAMPLE.parent / "directory", "--allow-missing", "--json")
    checked = visa_packet("validate", tmp_path / "cases", *options)
    assert checked.code == 0
    assert [result["case_id"] for result in checked.report["results"]] == CASES


def test_one_wrong_row_and_nothing_is_written(run: Command, tmp_path: Path) -> None:
    wrong = changed_workbook(tmp_path / "t.xlsx", {"E4": "X", "L5": 5})
    found = run(wrong)
    problems = assert_refused(found, tmp_path / "cases", 3)
    assert [problem["cell"] for problem in problems] == ["病例!E4", "病例!L5"]
    assert f"{wrong}:病例!E4" in found.err
    assert found.err.startswith("Rows without mistakes: 1. Nothing is written")


def test_problems_are_in_the_language_of_the_user(visa_packet: Command, tmp_path: Path) -> None:
    wrong = changed_workbook(tmp_path / "t.xlsx", {"E4": "X", "F4": "?"})
    for language, words in {
        "ja": ("この語に当たる値", "日付として"),
        "zh": ("不知道该词对应的值", "无法识别为日期"),
    }.items():
        found = visa_packet("import", wrong, "--mapping", MAPPING, "-o", tmp_path / "cases", "--lang", language)
        assert found.code == 3
        assert all(word in found.err for word in words)
    semicolons = tmp_path / "t.csv"
    semicolons.write_text("a;编号\n\nx;姓名;编号\n", encoding="utf-16")
    assert "UTF-16です" in visa_packet("import", semicolons, "--mapping", MAPPING, "--lang", "ja").err


def test_the_others_when_that_is_wanted(run: Command, tmp_path: Path) -> None:
    found = run(changed_workbook(tmp_path / "t.xlsx", {"E4": "X"}), "--skip-wrong")
    assert found.code == 9
    assert [result["case_id"] for result in found.report["results"]] == ["b2027-001", "b2027-003"]
    assert names_in(tmp_path / "cases") == ["b2027-001", "b2027-003"]


def test_a_changed_table_updates_what_it_made(run: Command, tmp_path: Path) -> None:
    run()
    assert statuses(run(changed_workbook(tmp_path / "t.xlsx", {"O4": "右"}))) == ["unchanged", "updated", "unchanged"]


def test_a_row_of_totals_is_no_patient(run: Command, tmp_path: Path) -> None:
    found = run(changed_workbook(tmp_path / "t.xlsx", {"A5": None, "B5": "合计 2"}))
    assert statuses(found) == ["new"] * 2
    assert [(problem["code"], problem["severity"], problem["cell"]) for problem in found.problems] == [
        ("row-total", "info", "病例!B5")
    ]
    assert run(changed_workbook(tmp_path / "t.xlsx", {"A5": None, "B5": "计春"})).code == 3
    names_first = {"A2": "姓名", "B2": "编号", "A3": "王一", "A4": "王二", "A5": "计"}
    ids = {f"B{row}": name for row, name in zip((3, 4, 5), CASES, strict=True)}
    assert len(run(changed_workbook(tmp_path / "t.xlsx", names_first | ids)).report["results"]) == 3  # each has an id


def test_what_people_added_stays_as_they_wrote_it(run: Command, tmp_path: Path) -> None:
    run()
    text = case_of(tmp_path).read_text(encoding="utf-8").replace('"case_id": ', '"case_id":     ')
    case = json.loads(text)
    papers = [*case["attachments"], {"role": "funds_proof", "path": "papers/bank.pdf", "issued_on": "2026-11-20"}]
    case_of(tmp_path).write_text(change_text(text, case | {"athlete": True, "attachments": papers}), encoding="utf-8")
    assert statuses(run(changed_workbook(tmp_path / "t.xlsx", {"O4": "右"}))) == ["unchanged", "updated", "unchanged"]
    text = case_of(tmp_path).read_text(encoding="utf-8")
    case = json.loads(text)
    assert (case["condition"]["side"], case["athlete"], case["attachments"]) == ("right", True, papers)
    assert '"case_id":     ' in text
    assert statuses(run(TABLE)) == ["unchanged", "updated", "unchanged"]


def test_a_conflict_costs_only_its_patient(run: Command, tmp_path: Path) -> None:
    run()
    edit(case_of(tmp_path), '"left"', '"both"')
    before = case_of(tmp_path).read_bytes()
    table = changed_workbook(tmp_path / "t.xlsx", {"O3": "左", "O4": "右"})
    found = run(table)
    assert found.code == 9
    assert [result["status"] for result in found.report["results"]] == ["updated", "conflict", "unchanged"]
    [problem] = found.problems
    assert (problem["code"], problem["file"]) == ("case-conflict", str(case_of(tmp_path)))
    assert problem["pointer"] == "/condition/side"
    assert problem["message"].startswith("“Side of the body”: the table in cell 病例!O4 and the case both changed this")
    lines = before.decode().split("\n")
    assert lines[problem["line"] - 1][problem["column"] - 1 :].startswith('"both"')
    assert case_of(tmp_path).read_bytes() == before
    assert statuses(run(table, "--force")) == ["unchanged", "updated", "unchanged"]
    assert statuses(run(table)) == ["unchanged"] * 3


def test_a_table_that_was_numbered_again_mixes_no_patients(run: Command, tmp_path: Path) -> None:
    run()
    edit(case_of(tmp_path), '"athlete": false', '"athlete": true')
    before = case_of(tmp_path).read_bytes()
    swapped = changed_workbook(tmp_path / "t.xlsx", {"A4": "b2027-003", "A5": "b2027-002"})
    found = run(swapped)
    assert (found.code, {problem["code"] for problem in found.problems}) == (9, {"case-person"})
    assert {problem["file"] for problem in found.problems} == {str(case_of(tmp_path))}
    assert case_of(tmp_path).read_bytes() == before


def test_a_case_of_another_origin_keeps_its_values(run: Command, tmp_path: Path) -> None:
    run()
    (case_of(tmp_path).parent / ".imported.json").write_text("broken", encoding="utf-8")
    edit(case_of(tmp_path), '"left"', '"both"')
    found = run()
    assert (found.code, [problem["pointer"] for problem in found.problems]) == (9, ["/condition/side"])


def test_cases_that_cannot_be_read_are_not_replaced(run: Command, tmp_path: Path) -> None:
    run()
    for number in (1, 2, 3):
        case_of(tmp_path, number).write_text("{", encoding="utf-8")
    found = run()
    assert (found.code, {problem["code"] for problem in found.problems}) == (7, {"json-syntax"})
    assert case_of(tmp_path).read_text(encoding="utf-8") == "{"
    assert statuses(run(TABLE, "--force")) == ["updated"] * 3


@pytest.mark.timeout(10)
def test_a_pipe_in_place_of_a_case_is_not_waited_for(run: Command, tmp_path: Path) -> None:
    case_of(tmp_path, 1).parent.mkdir(parents=True)
    os.mkfifo(case_of(tmp_path, 1))
    found = run()
    assert (found.code, found.problems[0]["message"]) == (7, "the former case file cannot be read: not a regular file")


def test_a_full_disk_leaves_what_was_there(run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    before = snapshot(tmp_path / "cases")
    original, calls = os.fsync, []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        original(descriptor)

    monkeypatch.setattr("pipeline.system.atomic.os.fsync", full)
    assert run(changed_workbook(tmp_path / "t.xlsx", {"O3": "左", "O4": "右"})).code == 7
    assert snapshot(tmp_path / "cases") == before


def test_for_people(visa_packet: Command, tmp_path: Path) -> None:
    table = changed_csv(tmp_path / "t.csv", {}, "gb18030")
    found = visa_packet("import", table, "--encoding", "gb18030", "--mapping", MAPPING, "-o", tmp_path / "cases")
    assert (found.code, found.err) == (0, "")
    assert found.out == f"{tmp_path}/cases: 3 new, 0 updated, 0 unchanged, 0 conflict\n"
    assert visa_packet("import", table, "-o", tmp_path / "cases", "--json").code == 2


def test_a_proposed_mapping_in_each_language(visa_packet: Command, tmp_path: Path) -> None:
    out = tmp_path / "mapping.json"
    words = {
        "en": ("Ask the hospital", "Telephone"),
        "ja": ("医療機関に確認", "電話番号"),
        "zh": ("询问医疗机构", "电话"),
    }
    for language, (asked, title) in words.items():
        found = visa_packet("import", TABLE, "--new-mapping", "-o", out, "--force", "--lang", language)
        assert (found.code, found.err) == (0, "")
        assert asked in found.out
        assert title in found.out
        assert asked in out.read_text(encoding="utf-8")
        assert found.out.endswith(f"  visa-packet import {TABLE} --mapping {out}\n")
    found = visa_packet("import", TABLE, "--new-mapping", "-o", out, "--json")
    assert (found.code, found.problems[0]["code"]) == (7, "output"), "it may have been changed by hand"
    results = visa_packet("import", TABLE, "--new-mapping", "-o", out, "--force", "--json").report["results"]
    assert {result["assignment"] for result in results} == {"sure", "unsure", "unknown", "missing"}


def test_what_a_proposal_cannot_read_is_said(visa_packet: Command, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("姓名,护照号,\n刘雨桐,EP0123501,x\n", encoding="gb18030")
    options = ("--new-mapping", "--encoding", "gb18030", "-o", tmp_path / "m.json", "--lang", "en")
    out = visa_packet("import", table, *options).out
    assert "Columns without a header in row 1 are not read: C." in out
    assert "No column numbers the patients." in out
    assert out.endswith(f"--mapping {tmp_path}/m.json --encoding gb18030\n")


def test_lines_that_nobody_confirmed_are_not_used(visa_packet: Command, tmp_path: Path) -> None:
    out, cases = tmp_path / "mapping.json", tmp_path / "cases"
    visa_packet("import", TABLE, "--new-mapping", "-o", out, "--lang", "en")
    found = visa_packet("import", TABLE, "--mapping", out, "-o", cases, "--json")
    assert found.code == 0
    assert {(problem["code"], problem["severity"]) for problem in found.problems} == {("mapping-unsure", "warning")}
    assert "nationality" not in json.loads((cases / "b2027-001" / "case.json").read_text(encoding="utf-8"))["patient"]
    text = out.read_text(encoding="utf-8")
    [line] = [line for line in text.splitlines() if '"nationality"' in line and '"/patient"' in line]
    out.write_text(text.replace(line, re.sub(', "unsure": "[^"]*"', "", line)), encoding="utf-8")
    confirmed = visa_packet("import", TABLE, "--mapping", out, "-o", cases, "--json")
    assert len(confirmed.problems) == len(found.problems) - 1
    case = json.loads((cases / "b2027-001" / "case.json").read_text(encoding="utf-8"))
    assert (case["patient"]["nationality"], case["patient"]["passport"]["kind"]) == ("CHN", "ordinary")
    assert all("fields" in result for result in confirmed.report["results"])
    assert visa_packet("import", TABLE, "--json").code == 2
