"""Checking a form that is not saved, and saving it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.cli.desk.unsaved import (
    change_length,
    check_unsaved,
    findings_json,
    save_answers,
)
from pipeline.errors import InputError
from pipeline.run.case_folder.answers import pointer_of
from pipeline.run.case_folder.saving import CaseFile, ChangedMeanwhileError, save_values
from tests.support.asgi import Client
from tests.support.cases import ROOT


@pytest.fixture
def path(folder: DeskFolder) -> Path:
    [found] = folder.cases().values()
    return found


def test_what_is_typed_is_checked_and_changes_nothing(folder: DeskFolder, path: Path) -> None:
    before = path.read_bytes()
    file = CaseFile.read(path)
    assert not [each for each in check_unsaved(file, {}, folder.options) if each.severity == "error"]
    found = check_unsaved(file, {"/patient/passport/expiry_date": "2026-11-01"}, folder.options)
    assert any(each.pointer == "/patient/passport/expiry_date" and each.severity == "error" for each in found)
    assert path.read_bytes() == before


def test_a_value_that_cannot_be_hides_no_question(folder: DeskFolder, path: Path) -> None:
    answers = {"/patient/phone": "abc", "/patient/passport/number": ""}
    found = check_unsaved(CaseFile.read(path), answers, folder.options)
    named = [(each.code, pointer_of(each), each.args.get("who")) for each in found if each.code.startswith("schema-")]
    assert named == [
        ("schema-pattern", "/patient/phone", None),
        ("schema-required", "/patient/passport/number", "patient"),
    ]


def test_findings_stand_at_their_fields_in_the_language_of_the_page(folder: DeskFolder, path: Path) -> None:
    found = check_unsaved(CaseFile.read(path), {"/patient/sex": ""}, folder.options)
    [question] = [each for each in findings_json(found, "zh") if each["severity"] == "question"]
    assert question["pointer"] == "/patient/sex"
    assert question["message"] == "患者护照上的性别是什么？"
    assert question["who"] == "patient"


def test_saving_changes_only_what_was_typed(folder: DeskFolder, path: Path) -> None:
    before = path.read_text(encoding="utf-8")
    saved = save_answers(path, CaseFile.read(path).etag, {"/visa/filing_date": "2026年12月8日"}, folder.options)
    after = path.read_text(encoding="utf-8")
    changed = [(old, new) for old, new in zip(before.splitlines(), after.splitlines(), strict=True) if old != new]
    assert [(old.count("2026-12-07"), new) for old, new in changed] == [
        (1, changed[0][0].replace("2026-12-07", "2026-12-08"))
    ]
    assert saved.etag == CaseFile.read(path).etag


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(folder: DeskFolder, path: Path) -> None:
    etag = CaseFile.read(path).etag
    other = path.read_text(encoding="utf-8").replace("2026-12-07", "2026-12-09")
    path.write_text(other, encoding="utf-8")
    with pytest.raises(ChangedMeanwhileError) as error:
        save_answers(path, etag, {"/visa/filing_date": "2026-12-08"}, folder.options)
    assert error.value.values == {"/visa/filing_date": "2026-12-09"}
    assert path.read_text(encoding="utf-8") == other


def test_a_value_that_cannot_be_is_not_saved(folder: DeskFolder, path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(InputError) as error:
        save_answers(path, CaseFile.read(path).etag, {"/patient/phone": "abc"}, folder.options)
    assert [each.pointer for each in error.value.problems] == ["/patient/phone"]
    assert path.read_bytes() == before


def test_entries_are_added_and_removed(folder: DeskFolder, path: Path) -> None:
    for longer, count in ((True, 1), (True, 2), (False, 1), (False, 0)):
        file = CaseFile.read(path)
        save_values(path, file.etag, change_length(file, "/companions", longer=longer), folder.options)
        assert len(json.loads(path.read_text(encoding="utf-8"))["companions"]) == count


def test_an_emptied_input_removes_its_field(folder: DeskFolder, path: Path) -> None:
    save_answers(path, CaseFile.read(path).etag, {"/visa/agency": " "}, folder.options)
    assert "agency" not in json.loads(path.read_text(encoding="utf-8"))["visa"]


@pytest.mark.process
def test_a_case_is_whole_whenever_the_desk_is_killed(folder: DeskFolder, path: Path, client: Client, case: str) -> None:
    names = sorted(each.name for each in path.parent.iterdir())
    words = [sys.executable, "-m", "tests.support.killed_saves", str(folder.path)]
    ended = subprocess.run(words, capture_output=True, check=True, cwd=ROOT)
    found = json.loads(ended.stdout)
    assert found["broken"] == 0
    assert found["old"] > 10, "killed before the case was replaced"
    assert found["new"] > 1, "killed after it, and not at all"
    assert found["left"] == names, "what was left is removed by the next save"
    assert client.get(case).status == 200
