"""Answers are checked and saved at once, in a file that otherwise stays as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import CaseError, InputError
from pipeline.options import CheckOptions
from pipeline.run.case_folder.answers import change_case, checked_value, open_fields
from tests.support.cases import AS_OF, EXAMPLES, REMOVE, Edit, change

OPTIONS = CheckOptions(AS_OF, directory=EXAMPLES / "directory")
#: A file with somebody's formatting.
TEXT = '{ "case_id":"case-a",\n\n    "patient": {"sex": "male"} }'


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.json"
    path.write_text(TEXT, encoding="utf-8")
    return path


def pointers(path: Path) -> list[str]:
    return [field.pointer for field in open_fields(path, OPTIONS).fields]


def test_an_answer_is_saved_in_the_formatting_of_the_file(case: Path) -> None:
    assert change_case(case, {"/patient/birth_date": "1987-06-23"}, OPTIONS) == []
    text = case.read_text(encoding="utf-8")
    assert text == TEXT.replace('"male"', '"male", "birth_date": "1987-06-23"')
    change_case(case, {"/patient/birth_date": None}, OPTIONS)
    assert json.loads(case.read_text(encoding="utf-8")) == json.loads(TEXT)


def test_a_value_that_the_field_cannot_have_saves_nothing(case: Path) -> None:
    for pointer, value in [
        ("/patient/sex", "x"),
        ("/patient/phone", "1"),
        ("/patient/phone", "\u202e+86 10 0000 0123"),
    ]:
        with pytest.raises(InputError):
            change_case(case, {pointer: value}, OPTIONS)
        with pytest.raises(InputError):
            checked_value(pointer, value)
    assert case.read_text(encoding="utf-8") == TEXT


def test_the_rules_speak_about_a_new_answer_at_once(edit: Edit) -> None:
    case = edit({"/patient/resident_id": REMOVE, "/patient/phone": REMOVE})
    found = change_case(case, {"/patient/resident_id": "310115198706230222"}, OPTIONS)
    assert "ID-04" in [problem.code for problem in found]
    assert change_case(case, {"/patient/email": "li@example.com"}, OPTIONS) == []  # nothing new


def test_what_is_open_is_asked_in_the_order_of_who_knows_it(case: Path) -> None:
    rest = open_fields(case, OPTIONS)
    assert (rest.filled, rest.required) == (2, len(rest.fields) + 2)
    who = [field.who for field in rest.fields]
    assert list(dict.fromkeys(who)) == ["patient", "hospital", "agency"]  # which guarantor it is, the agency decides
    assert who == sorted(who, key=["patient", "hospital", "guarantor", "agency"].index)


@pytest.mark.parametrize(
    ("edits", "asked"),
    [
        ({}, []),
        ({"/attachments/1/issued_on": REMOVE}, ["/attachments/1/issued_on"]),
        ({"/treatment/visits/0/lodging": REMOVE}, ["/treatment/visits/0/lodging"]),
        ({"/treatment/visits/0/lodging/phone": REMOVE}, ["/treatment/visits/0/lodging/phone"]),
        ({"/treatment/need_for_visits": REMOVE}, ["/treatment/need_for_visits"]),
        ({"/visa/agency": REMOVE}, ["/visa/agency"]),
        ({"/treatment/plan_title": REMOVE}, ["/treatment/plan_title"]),
        ({"/condition/grade": REMOVE}, ["/condition/grade"]),
        ({"/patient/name/surname": REMOVE}, ["/patient/name"]),
    ],
)
def test_it_asks_for_what_a_complete_packet_needs(edit: Edit, edits: dict[str, Any], asked: list[str]) -> None:
    assert pointers(edit(edits)) == asked


def test_a_case_that_is_wrong_is_not_asked_about(case: Path) -> None:
    data = json.loads(TEXT)
    change(data, {"/patient/sex": "x"})
    case.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(CaseError):
        open_fields(case, OPTIONS)
