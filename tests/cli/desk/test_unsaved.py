"""Checking a form that is not saved, and saving it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.cli.desk.field_words import field_words, with_titles
from pipeline.cli.desk.unsaved import (
    findings_json,
    read_unsaved,
    save_answers,
    without_entry,
)
from pipeline.errors import InputError
from pipeline.language import LANGUAGES, Language
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
    assert not [each for each in read_unsaved(file, {}, folder.options).problems if each.severity == "error"]
    found = read_unsaved(file, {"/patient/passport/expiry_date": "2026-11-01"}, folder.options).problems
    assert any(each.pointer == "/patient/passport/expiry_date" and each.severity == "error" for each in found)
    assert path.read_bytes() == before


def test_a_value_that_cannot_be_hides_no_question(folder: DeskFolder, path: Path) -> None:
    answers = {"/patient/phone": "abc", "/patient/passport/number": ""}
    found = read_unsaved(CaseFile.read(path), answers, folder.options).problems
    named = [(each.code, pointer_of(each), each.args.get("who")) for each in found if each.code.startswith("schema-")]
    assert named == [
        ("schema-pattern", "/patient/phone", None),
        ("schema-required", "/patient/passport/number", "patient"),
    ]


def test_findings_stand_at_their_fields_in_the_language_of_the_page(folder: DeskFolder, path: Path) -> None:
    found = read_unsaved(CaseFile.read(path), {"/patient/sex": ""}, folder.options).problems
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
    assert (saved.file.etag, saved.wrong) == (CaseFile.read(path).etag, ())


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


def test_a_value_that_cannot_be_does_not_keep_others_from_being_saved(client: Client, case: str, path: Path) -> None:
    answers = {"/patient/phone": "abc", "/visa/agency": "北京虚构旅行社", "/patient/sex": "x"}
    saved = client.send("PUT", case, answers, if_match=CaseFile.read(path).etag)
    assert (saved.status, saved.json["etag"]) == (200, CaseFile.read(path).etag)
    assert sorted(each["pointer"] for each in saved.json["wrong"]) == ["/patient/phone", "/patient/sex"]
    data = json.loads(path.read_text(encoding="utf-8"))
    assert (data["visa"]["agency"], data["patient"]["sex"]) == ("北京虚构旅行社", "male")


def test_any_entry_of_a_list_is_removed(client: Client, case: str, path: Path) -> None:
    def change(pointer: str, *, longer: bool) -> dict[str, Any]:
        said = {"pointer": pointer, "longer": longer}
        assert client.send("POST", f"{case}/length", said, if_match=CaseFile.read(path).etag).status == 200
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    first, second = json.loads(path.read_text(encoding="utf-8"))["treatment"]["visits"]
    assert change("/treatment/visits", longer=True)["treatment"]["visits"] == [first, second, {}]
    assert change("/treatment/visits/1", longer=False)["treatment"]["visits"] == [first, {}]
    assert change("/treatment/visits/0", longer=False)["treatment"]["visits"] == [{}]


def test_papers_follow_the_companion_whose_number_changes(folder: DeskFolder, path: Path) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    data["companions"] = [{"phone": "+86 10 0000 0001"}, {"phone": "+86 10 0000 0002"}, {"phone": "+86 10 0000 0003"}]
    people = ("patient", "companion-2", "companion-1", "companion-3", "companion-2", "patient")
    for entry, person in zip(data["attachments"], people, strict=True):
        entry["person"] = person
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    file = CaseFile.read(path)
    saved = save_values(path, file.etag, without_entry(file, "/companions/1"), folder.options).json_file.fields
    assert [each["phone"][-1] for each in saved["companions"]] == ["1", "3"]
    found = [(each["path"], each["person"]) for each in saved["attachments"]]
    paths = [each["path"] for each in data["attachments"]]
    now = (("patient", 0), ("companion-1", 2), ("companion-2", 3), ("patient", 5))
    assert found == [(paths[index], person) for person, index in now]


def test_values_of_a_list_that_are_emptied_together_are_all_removed(folder: DeskFolder, path: Path) -> None:
    days = ["2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04"]
    listed = "/treatment/remote_consultations"
    save_answers(path, CaseFile.read(path).etag, {f"{listed}/{n}": day for n, day in enumerate(days)}, folder.options)
    answers = {f"{listed}/0": "", f"{listed}/1": "", f"{listed}/2": "2026-12-05"}
    save_answers(path, CaseFile.read(path).etag, answers, folder.options)
    saved = json.loads(path.read_text(encoding="utf-8"))["treatment"]["remote_consultations"]
    assert saved == ["2026-12-05", "2026-12-04"]


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


@pytest.mark.parametrize(
    ("language", "stays"),
    [
        ("en", ["Treatment › Visit 1 › Date of entry", "Treatment › Visit 2 › Date of entry"]),
        ("ja", ["治療 › 滞在 1 › 入国日", "治療 › 滞在 2 › 入国日"]),
        ("zh", ["治疗 › 停留 1 › 入境日期", "治疗 › 停留 2 › 入境日期"]),
    ],
)
def test_equal_findings_name_the_field_of_each_visit(
    folder: DeskFolder, path: Path, language: Language, stays: list[str]
) -> None:
    answers = {f"/treatment/visits/{number}/entry_date": "" for number in (0, 1)}
    found = findings_json(read_unsaved(CaseFile.read(path), answers, folder.options).problems, language)
    assert [each["field"] for each in found if each["pointer"] in answers] == stays


def test_findings_are_written_for_the_page(folder: DeskFolder, path: Path) -> None:
    answers = {
        "/patient/birth_date": "",
        "/patient/name/surname": "wang",
        "/patient/sex": "x",
        "/patient/application/employer/phone": "1",
        "/treatment/culture_and_release_days": "",
        "/treatment/need_for_visits/ja": "理由",
        "/visa/mission": "x",
    }
    for language in LANGUAGES:
        found = findings_json(read_unsaved(CaseFile.read(path), answers, folder.options).problems, language)
        assert {each["pointer"] for each in found} >= {"/patient/birth_date", "/patient/sex"}
        texts = [each[part] for each in found for part in ("message", "hint", "field")]
        assert not [text for text in texts if re.search(r'--|\{"|docs/|`|visa-packet|json|[a-z]_[a-z]', text)]


def test_names_of_a_case_file_are_titles_on_the_page() -> None:
    assert with_titles("enter its figure in cells_usable_days", "ja") == "enter its figure in 「細胞を使用できる日数」"
    assert with_titles("self_employed", "en") == "self_employed"
    assert field_words("/companions/1/passport/number", "zh") == "同行人 2 › 护照 › 护照号码"
    assert (field_words("/nothing", "en"), field_words(None, "en")) == ("", "")


@pytest.mark.parametrize(
    ("language", "supplied", "of_companion"),
    [
        ("en", "missing: オ Proof of means", "ア Passport (Companion 2)"),
        ("ja", "missing: オ Proof of means", "ア Passport (同伴者 2)"),
        ("zh", "missing: オ Proof of means", "ア Passport (同行人 2)"),
    ],
)
def test_the_role_of_a_paper_is_not_said_after_its_title(language: Language, supplied: str, of_companion: str) -> None:
    written = {"en": " (role funds_proof)", "ja": "（funds_proof）", "zh": "（funds_proof）"}[language]
    of = {"en": " (role passport) of companion-2", "ja": "（passport、companion-2）", "zh": "（passport，companion-2）"}
    assert with_titles(f"missing: オ Proof of means{written}", language) == supplied
    assert with_titles(f"ア Passport{of[language]}", language) == of_companion
