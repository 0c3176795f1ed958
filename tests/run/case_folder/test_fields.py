"""The fields of a case: their words, and the value of an answer."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.case.questions import questions
from pipeline.errors import InputError
from pipeline.language import LANGUAGES
from pipeline.run.case_folder.fields import find_field, parts_of, value_at, with_value


@pytest.mark.parametrize(
    ("pointer", "answer", "value"),
    [
        ("/patient/birth_date", "1987年6月3日", "1987-06-03"),
        ("/patient/birth_date", "１９８７/6/3", "1987-06-03"),
        ("/patient/birth_date", "19870603", "1987-06-03"),
        ("/patient/birth_date", "1987-06-31", "1987-06-31"),
        ("/patient/birth_date", "soon", "soon"),
        ("/patient/birth_date", "昭和62年6月3日", "1987-06-03"),
        ("/patient/nationality", "中国", "CHN"),
        ("/companions/0/passport/issuing_country", "中国籍", "CHN"),
        ("/patient/nationality", "Elsewhere", "Elsewhere"),
        ("/patient/address/province", "江苏省", "江苏"),
        ("/companions/0/relationship", "妻子", {"ja": "妻", "en": "Wife", "zh": "妻子"}),
        ("/patient/sex", "女", "female"),
        ("/patient/sex", "Female", "female"),
        ("/patient/sex", "x", "x"),
        ("/visa/mission", "日本国驻上海总领事馆", "shanghai"),
        ("/condition/kind", "Rotator cuff injury", "rotator_cuff_injury"),
        ("/treatment/visits/0/hospitalised", "はい", True),
        ("/treatment/visits/0/hospitalised", "N", False),
        ("/treatment/visits/0/hospitalised", "maybe", "maybe"),
        ("/treatment/culture_and_release_days", "４２", 42),
        ("/treatment/culture_and_release_days", "six weeks", "six weeks"),
        ("/patient/passport/number", "ek0234567", "EK0234567"),
        ("/condition/imaging", '[{"kind": "mri", "date": "2026-09-18"}]', [{"kind": "mri", "date": "2026-09-18"}]),
        ("/condition/imaging", "mri", "mri"),
        ("/patient/name/surname", "ｌｉ", "LI"),
        ("/patient/name/chinese", "  李雨桐 ", "李雨桐"),
        ("/patient/phone", "＋86 21 0000 0123", "+86 21 0000 0123"),
    ],
)
def test_an_answer_becomes_the_value_of_its_field(pointer: str, answer: str, value: object) -> None:
    assert find_field(pointer).value_of(answer) == value


@pytest.mark.parametrize(
    ("pointer", "hint"),
    [
        ("/patient/passport/numbr", "did you mean 'number'"),
        ("/patient/zzz", "known here: name, sex"),
        ("/companions/x", "known here"),
        ("/patient/sex/more", "known here"),
        ("", "known here"),
        ("/$schema", "known here"),
    ],
)
def test_an_unknown_field_is_refused_with_the_nearest_one(pointer: str, hint: str) -> None:
    with pytest.raises(InputError) as error:
        find_field(pointer)
    assert hint in error.value.problems[0].hint
    assert {"en", "ja", "zh"} == set(error.value.problems[0].translations)


def test_a_field_may_be_named_without_its_first_slash() -> None:
    assert find_field("patient/sex") == find_field("/patient/sex")


def test_choices_have_words_in_each_language() -> None:
    for pointer in (
        *("/patient/sex", "/condition/kind", "/condition/side", "/treatment/kind", "/treatment/route", "/visa/entries"),
        *("/visa/mission", "/patient/passport/kind", "/treatment/visits/0/procedures/0/step", "/condition/grade"),
        *("/patient/application/marital_status", "/treatment/cell_processing/kind", "/condition/imaging/0/kind"),
    ):
        field = find_field(pointer)
        for language in LANGUAGES:
            choices = field.choices(language)
            assert list(choices) == list(field.schema["enum"])
            assert set(choices) != set(choices.values()), (pointer, language)


def test_each_question_is_about_a_field_that_can_be_asked() -> None:
    for place in questions():
        schema, *steps = place.replace("properties/", "").replace("items", "0").split("/")
        name = {"passport": "patient/passport", "visit": "treatment/visits/0", "tb-screening": "tb_screening"}
        pointer = "/".join(["" if schema == "case" else name.get(schema, schema), *steps])
        assert find_field(pointer).about("zh")


def test_the_parts_of_a_value_have_the_example_of_the_whole() -> None:
    japanese = next(parts_of(find_field("/condition/diagnosis")))
    assert "変形性膝関節症" in japanese.about("ja")
    assert [part.name for part in parts_of(find_field("/patient/name"))] == ["chinese", "surname", "given_names"]


@pytest.mark.parametrize(
    ("data", "pointer", "value", "result"),
    [
        ({}, "/a/b", 1, {"a": {"b": 1}}),
        ({"a": {"b": 1, "c": 2}}, "/a/b", None, {"a": {"c": 2}}),
        ({"a": [{"b": 1}]}, "/a/0/b", 2, {"a": [{"b": 2}]}),
        ({"a": [{"b": 1}]}, "/a/1/b", 2, {"a": [{"b": 1}, {"b": 2}]}),
        ({}, "/a/7", 1, {"a": [1]}),
        ({"a": [1, 2]}, "/a/0", None, {"a": [2]}),
    ],
)
def test_a_value_is_set_at_its_pointer(data: Any, pointer: str, value: object, result: object) -> None:
    assert with_value(data, pointer, value) == result


def test_a_value_is_found_at_its_pointer() -> None:
    data = {"a": [{"b": 1}]}
    found = [value_at(data, pointer) for pointer in ("/a/0/b", "/a/1", "/a/b", "/a/0/b/c")]
    assert found == [1, None, None, None]
