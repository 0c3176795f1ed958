"""Reminders: who gets one, in which language, and what it never contains."""

from __future__ import annotations

import email
import json
from datetime import date
from email.message import EmailMessage
from email.policy import default

import pytest

from pipeline.language import LANGUAGES, Language
from pipeline.resources import read_data
from pipeline.run.overview.duties import PEOPLE, Person
from pipeline.run.overview.eml import is_own_eml, to_eml
from pipeline.run.overview.patient_row import PatientRow
from pipeline.run.overview.reminders import USUAL_LANGUAGES, Reminder, reminders_of
from tests.support.cases import AS_OF, PERSONAL, REMOVE, Edit
from tests.support.patients import STAGES, make_patients, row_of
from tests.support.shared import Shared

USUAL: dict[Person, Language] = {**USUAL_LANGUAGES, "agency": "en"}
#: What no letter says; the patient's name is in them.
SECRET = [value for value in PERSONAL if value not in {"王晓明", "XIAOMING"}]


@pytest.fixture(scope="module")
def rows(shared: Shared) -> dict[str, PatientRow]:
    folder = shared.folder("patients", make_patients)
    return {name: row_of(folder / name / "case.json") for name in [*STAGES, "p-broken"]}


def letters(row: PatientRow, as_of: date = AS_OF) -> dict[str, Reminder]:
    return {each.who: each for each in reminders_of(row, as_of, USUAL)}


def read(reminder: Reminder) -> EmailMessage:
    message = email.message_from_bytes(to_eml(reminder), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_everyone_who_owes_something_gets_a_letter(rows: dict[str, PatientRow]) -> None:
    assert {name: list(letters(row)) for name, row in rows.items()} == {
        "p-asked": ["patient", "hospital", "guarantor", "agency"],
        "p-blocked": ["agency"],  # no letter can be printed before the error is corrected
        "p-lacking": ["patient", "hospital", "guarantor"],
        "p-unsigned": ["hospital", "guarantor"],
        "p-broken": [],
    }
    found = letters(rows["p-asked"])
    assert {who: each.language for who, each in found.items()} == USUAL
    assert [each.to for each in found.values()] == [
        "wang.xiaoming@example.com",
        "international@aoba-joint.example",
        "visa@mihon-coordination.example",
        "",
    ]


def test_the_letters_to_a_patient_and_a_hospital(rows: dict[str, PatientRow]) -> None:
    found = letters(rows["p-asked"])
    patient = found["patient"].text
    assert patient.startswith("王晓明 先生：\n\n您好！\n")
    assert "【请告知】\n1. 您的电话号码是多少？\n2. 护照哪一天到期？\n" in patient
    assert "【请提供以下材料】\n1. 护照\n2. 照片\n" in patient
    assert "申请最迟须在2026年12月28日（周一）递交" in patient
    hospital = found["hospital"].text
    assert hospital.startswith("医療法人架空会 あおば関節クリニック\n国際診療部\n伊藤 恵 様\n")
    assert "WANG XIAOMING 様（案件番号 p-asked）" in hospital
    assert "1. 医療機関の診断名は何でしょうか\n" in hospital
    assert "申請は2026年12月7日（月）を予定しております" in letters(rows["p-unsigned"])["hospital"].text
    assert "申請できるのは2026年12月28日（月）まで" in letters(rows["p-unsigned"], date(2026, 12, 7))["hospital"].text


def test_no_letter_contains_an_identity_number(rows: dict[str, PatientRow]) -> None:
    for language in LANGUAGES:
        for row in rows.values():
            for each in reminders_of(row, AS_OF, dict.fromkeys(PEOPLE, language)):
                assert [value for value in SECRET if value in each.text + each.subject] == []
                assert "{" not in each.text


def test_half_a_case_may_lack_the_person(edit: Edit) -> None:
    row = row_of(edit({"/patient": REMOVE, "/hospital/contact": REMOVE, "/guarantor/phone": REMOVE, "/visa": REMOVE}))
    found = letters(row)
    assert found["patient"].text.startswith("您好！\n")
    assert found["hospital"].text.startswith("ご担当者様\n")
    assert "患者様（案件番号 wang-xiaoming）" in found["guarantor"].text
    assert "お早めにご対応をお願いいたします" in found["hospital"].text
    assert (found["patient"].to, found["hospital"].to) == ("", "international@aoba-joint.example")


def test_nobody_writes_to_a_hospital_that_is_not_chosen(edit: Edit) -> None:
    row = row_of(edit({"/hospital": REMOVE, "/condition/diagnosis": REMOVE, "/guarantor/postal_code": REMOVE}))
    found = letters(row)
    assert list(found) == ["guarantor", "agency"]
    assert "1. Which hospital or clinic treats the patient?" in found["agency"].text


def test_the_draft_reads_back(rows: dict[str, PatientRow]) -> None:
    for each in letters(rows["p-asked"]).values():
        message = read(each)
        assert message["X-Unsent"] == "1"
        assert (message["Subject"], message["To"] or "") == (each.subject, each.to)
        assert message["Content-Language"] == each.language
        assert message.get_content().replace("\r\n", "\n") == each.text
        assert (message["From"], message["Date"]) == (None, None)
        content = to_eml(each)
        assert content.isascii()
        assert max(map(len, content.split(b"\r\n"))) <= 78
        assert is_own_eml(content)
    assert not is_own_eml(b"X-Unsent: 1\r\n")


def test_every_text_is_there_in_every_language() -> None:
    def check(part: object) -> None:
        assert isinstance(part, dict)
        if isinstance(next(iter(part.values())), str):
            assert set(part) == set(LANGUAGES)
        else:
            for each in part.values():
                check(each)

    check(read_data("reminders", "run"))
    assert json.dumps(read_data("reminders", "run"))


def test_the_sender_ends_the_letter(rows: dict[str, PatientRow]) -> None:
    found = reminders_of(rows["p-unsigned"], AS_OF, USUAL, "担当 田中")
    assert all(each.text.endswith("\n\n担当 田中\n") for each in found)
    assert letters(rows["p-unsigned"])["hospital"].text.endswith("（差出人の所属・氏名・電話番号）\n")
