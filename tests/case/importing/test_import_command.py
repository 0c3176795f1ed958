"""visa-packet import, from the command line to the files."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.support.built import names_in, snapshot
from tests.support.run import Command, Run, assert_refused
from tests.support.sheets import MAPPING, SAMPLE, changed_csv, changed_workbook

TABLE = SAMPLE / "cases.xlsx"


@pytest.fixture
def run(visa_packet: Command, tmp_path: Path) -> Command:
    def import_table(table: Path = TABLE, *more: str) -> Run:
        return visa_packet("import", table, "--mapping", MAPPING, "-o", tmp_path / "cases", "--json", *more)

    return import_table


def statuses(run: Run) -> list[str]:
    assert run.code == 0
    return [result["status"] for result in run.report["results"]]


def test_a_file_a_row_private_and_not_written_twice(run: Command, tmp_path: Path) -> None:
    assert statuses(run()) == ["new"] * 3
    folder = tmp_path / "cases"
    assert names_in(folder) == [".imported", "b2027-001.json", "b2027-002.json", "b2027-003.json"]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert statuses(run()) == ["unchanged"] * 3
    assert [result["row"] for result in run().report["results"]] == [3, 4, 5]


def test_the_cases_are_packet_of_the_folder(run: Command, visa_packet: Command, tmp_path: Path) -> None:
    run()
    options = ("--as-of", "2026-11-22", "--directory", SAMPLE.parent / "directory", "--allow-missing", "--json")
    checked = visa_packet("validate", tmp_path / "cases", *options)
    assert checked.code == 0
    assert [result["case_id"] for result in checked.report["results"]] == ["b2027-001", "b2027-002", "b2027-003"]


def test_one_wrong_row_and_nothing_is_written(run: Command, tmp_path: Path) -> None:
    wrong = changed_workbook(tmp_path / "t.xlsx", {"E4": "M", "L5": 5})
    found = run(wrong)
    problems = assert_refused(found, tmp_path / "cases", 3)
    assert [problem["cell"] for problem in problems] == ["病例!E4", "病例!L5"]
    assert f"{wrong}:病例!E4" in found.err


def test_the_others_when_that_is_wanted(run: Command, tmp_path: Path) -> None:
    found = run(changed_workbook(tmp_path / "t.xlsx", {"E4": "M"}), "--skip-wrong")
    assert found.code == 9
    assert [result["case_id"] for result in found.report["results"]] == ["b2027-001", "b2027-003"]
    assert names_in(tmp_path / "cases") == [".imported", "b2027-001.json", "b2027-003.json"]


def test_a_changed_table_replaces_what_it_made(run: Command, tmp_path: Path) -> None:
    run()
    assert statuses(run(changed_workbook(tmp_path / "t.xlsx", {"O4": "右"}))) == ["unchanged", "replaced", "unchanged"]


def test_what_people_changed_is_not_replaced_without_a_word(run: Command, tmp_path: Path) -> None:
    run()
    by_hand = tmp_path / "cases" / "b2027-002.json"
    by_hand.write_text(by_hand.read_text(encoding="utf-8").replace("left", "right"), encoding="utf-8")
    before = snapshot(tmp_path / "cases")
    found = run(changed_workbook(tmp_path / "t.xlsx", {"T3": "2027-01-21"}))
    assert found.code == 7
    assert [(problem["code"], problem["file"]) for problem in found.problems] == [("case-changed", str(by_hand))]
    assert snapshot(tmp_path / "cases") == before
    assert statuses(run(TABLE, "--force")) == ["unchanged", "replaced", "unchanged"]
    assert statuses(run()) == ["unchanged"] * 3


def test_a_case_of_another_origin_is_not_replaced(run: Command, tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "b2027-001.json").write_text("{}", encoding="utf-8")
    (tmp_path / "cases" / ".imported").write_text("broken", encoding="utf-8")
    assert run().problems[0]["code"] == "case-changed"
    assert names_in(tmp_path / "cases") == [".imported", "b2027-001.json"]


@pytest.mark.timeout(10)
def test_a_pipe_in_place_of_a_case_is_not_waited_for(run: Command, tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    os.mkfifo(tmp_path / "cases" / ".imported")
    os.mkfifo(tmp_path / "cases" / "b2027-001.json")
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
    assert found.out == f"{tmp_path}/cases: 3 new, 0 replaced, 0 unchanged\n"
    assert visa_packet("import", table, "-o", tmp_path / "cases", "--json").code == 2
