"""Half a case is a case: what is missing is a question, and rules that need it are silent."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.case.half_case import AbsentError, half_case
from pipeline.case.load import IncompleteCaseError, load_case
from pipeline.case.questions import questions
from pipeline.case.source import Source
from pipeline.errors import CaseError, Problem
from pipeline.formats.json import violations
from pipeline.formats.json.reader import parse_json
from pipeline.formats.json.schema import is_valid
from pipeline.language import LANGUAGES
from pipeline.options import CheckOptions
from pipeline.run.check import load_or_ask
from pipeline.visa.rules.checks import check_rules
from tests.support.cases import EXAMPLES

CASE: dict[str, Any] = json.loads((EXAMPLES / "chen-lihua" / "case.json").read_text(encoding="utf-8"))
GUARANTOR: dict[str, Any] = json.loads((EXAMPLES / "wang-xiaoming" / "case.json").read_text(encoding="utf-8"))[
    "guarantor"
]
AS_OF = date(2026, 11, 22)


def asked(case: dict[str, Any]) -> list[Problem]:
    with pytest.raises(IncompleteCaseError) as error:
        load_case(Source("case.json", EXAMPLES / "chen-lihua", json.dumps(case).encode()))
    return list(error.value.problems)


def pointer_of(question: Problem) -> str:
    return f"{question.pointer}/{question.args['field']}"


def required(case: Any, pointer: str = "") -> Iterator[str]:
    """Each field whose absence, alone, makes the case incomplete."""
    for key, value in case.items() if isinstance(case, dict) else enumerate(case):
        if isinstance(value, dict | list):
            yield from required(value, f"{pointer}/{key}")
        yield f"{pointer}/{key}"


def without(pointer: str) -> dict[str, Any]:
    case = copy.deepcopy(CASE)
    *steps, last = pointer.split("/")[1:]
    part: Any = case
    for step in steps:
        part = part[int(step)] if isinstance(part, list) else part[step]
    del part[int(last) if isinstance(part, list) else last]
    return case


def test_an_empty_case_is_all_questions() -> None:
    found = asked({})
    assert {question.args["who"] for question in found} == {"patient", "hospital", "agency"}
    assert (found[0].args["filled"], found[0].args["required"]) == ("0", str(len(found)))
    assert "/patient/passport/expiry_date" in map(pointer_of, found)
    assert "/hospital" in map(pointer_of, found)


def test_the_agency_chooses_the_guarantor_who_answers_then() -> None:
    assert {pointer_of(each): each.args["who"] for each in asked(without("/guarantor"))} == {"/guarantor": "agency"}
    case = without("/companions")
    case["guarantor"] = {**GUARANTOR}
    del case["guarantor"]["phone"]
    assert {pointer_of(each): each.args["who"] for each in asked(case)} == {
        "/companions": "patient",
        "/guarantor/phone": "guarantor",
    }


def test_a_question_is_in_each_language_and_says_what_is_wanted() -> None:
    [question] = asked(without("/patient/passport/expiry_date"))
    texts = [question.in_language(language).message for language in LANGUAGES]
    assert texts == ["Which day does the passport expire?", "旅券の有効期間満了日はいつですか", "护照哪一天到期？"]
    assert question.hint.startswith("Last day the passport is valid.")
    assert (question.args["who"], pointer_of(question)) == ("patient", "/patient/passport/expiry_date")
    assert int(question.args["filled"]) == int(question.args["required"]) - 1


def test_each_question_is_used_and_in_each_language() -> None:
    visits: dict[str, Any] = {"visits": [{}, {"procedures": [{}]}]}
    entries = {"companions": [{}], "attachments": [{}], "treatment": visits, "hospital": {}, "guarantor": {}}
    used = {question.message for question in (*asked({}), *asked(entries))}
    assert all(texts.keys() == set(LANGUAGES) and all(texts.values()) for texts in questions().values())
    assert used == {texts["en"] for texts in questions().values()}


def test_a_name_without_a_part_is_asked_for_and_a_wrong_value_is_no_question() -> None:
    [question] = asked(without("/patient/name/chinese"))
    assert pointer_of(question) == "/patient/name"
    with pytest.raises(CaseError) as error:
        load_case(Source("case.json", Path(), json.dumps({"case_id": 7}).encode()))
    assert not isinstance(error.value, IncompleteCaseError)


def test_a_field_without_a_question_is_named_beside_the_questions() -> None:
    case = without("/visa/letter_date")
    case["attachments"].append({"role": "signed", "path": "papers/scan.pdf", "issued_on": "2026-11-20"})
    case["costs"] = {}
    question, *others = asked(case)
    assert "who" in question.args
    assert sorted(pointer_of(each).rpartition("/")[2] for each in others) == ["document", "exchange", "lines"]


@pytest.mark.slow
def test_whatever_is_missing_no_rule_fails_or_finds_more() -> None:
    whole = parse_json(json.dumps(CASE).encode(), "case.json", Path())
    known = {(each.code, each.pointer) for each in check_rules(half_case(whole.fields), AS_OF, whole)}
    assert known
    tried = 0
    for pointer in required(CASE):
        case = without(pointer)
        if re.search("/[1-9]", pointer) or is_valid(case, "case"):  # the first entry of a list stands for the others
            continue
        with pytest.raises(CaseError) as error:
            load_or_ask(Source("case.json", EXAMPLES / "chen-lihua", json.dumps(case).encode()), CheckOptions(AS_OF))
        if any("who" in each.args for each in error.value.problems):
            tried += 1
            found = {(each.code, each.pointer) for each in error.value.problems if "who" not in each.args}
            assert found <= known, pointer
    assert tried > 50


def test_a_rule_says_what_it_finds_before_it_misses_something() -> None:
    case = without("/patient/birth_date")
    case["patient"]["passport"]["issue_date"] = "2026-12-01"
    case["treatment"]["visits"][0] = {"entry_date": "2027-02-02", "exit_date": "2027-02-01"}
    with pytest.raises(CaseError) as error:
        load_or_ask(Source("case.json", EXAMPLES / "chen-lihua", json.dumps(case).encode()), CheckOptions(AS_OF))
    assert {("DAT-01", "/patient/passport/issue_date"), ("SCH-04", "/treatment/visits/0/exit_date")} <= {
        (problem.code, problem.pointer) for problem in error.value.problems
    }


def test_reading_what_is_missing_in_any_way_is_noticed() -> None:
    patient: Any = half_case({"patient": {"sex": "male"}}).patient
    assert patient.sex == "male"
    for read in (
        str,
        bool,
        len,
        list,
        hash,
        lambda value: value == 1,
        lambda value: value.year,
        lambda value: f"{value}",
    ):
        with pytest.raises(AbsentError):
            read(patient.birth_date)


def test_missing_fields_need_no_explanation_of_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    """The validator that explains takes twenty times as long as the one that knows what is missing."""
    expected = asked(without("/patient/phone"))

    def explain(*_arguments: object) -> None:
        pytest.fail("a violation was explained")

    monkeypatch.setattr(violations, "find_violations", explain)
    assert asked(without("/patient/phone")) == expected
