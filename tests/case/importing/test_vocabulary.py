"""The words of cells: each stands for one value, which its field allows, and those of the documents are among them."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from pipeline.case.importing.field_types import find_field
from pipeline.case.importing.vocabulary import translate, words_of
from pipeline.formats.characters import visible
from pipeline.formats.json.schema import is_valid
from pipeline.resources import read_data
from tests.support.cases import EXAMPLES

GROUPS: list[dict[str, Any]] = read_data("vocabulary", "case")["words"]

#: A field of each kind, and the words that documents print for its values.
PRINTED = {
    "/patient/sex": "sex",
    "/patient/nationality": "nationality",
    "/patient/passport/kind": "passport_kind",
    "/patient/application/marital_status": "marital_status",
    "/patient/application/work": "work",
    "/condition/kind": "condition_kind",
    "/condition/grade": "grade",
    "/condition/side": "side",
    "/treatment/kind": "treatment_kind",
    "/treatment/route": "route",
    "/treatment/risk_class": "risk_class",
    "/treatment/cell_processing/kind": "cell_processing",
    "/treatment/visits/0/procedures/0/step": "step",
    "/visa/entries": "entries",
    "/guarantor/kind": "guarantor_kind",
}


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group["places"][0])
def test_a_word_stands_for_one_value(group: dict[str, Any]) -> None:
    words = Counter(word.casefold() for entry in group["entries"] for word in {w.casefold() for w in words_of(entry)})
    assert [word for word, count in words.items() if count > 1] == []
    for entry in group["entries"]:
        assert all(word == word.strip() and visible(word) == word for word in words_of(entry))


@pytest.mark.parametrize(("pointer", "printed"), PRINTED.items())
def test_words_of_the_documents_are_known(pointer: str, printed: str) -> None:
    field = find_field(pointer)
    assert field is not None
    labels = read_data("labels")[printed]
    assert {word: translate(field, word) for label in labels.values() for word in label.values()} == {
        word: value for value, label in labels.items() for word in label.values()
    }
    assert {*field.part.get("enum", labels)} == {*labels}


@pytest.mark.parametrize("pointer", ["/patient/address/province", "/visa/mission", "/patient/sex", "/condition/grade"])
def test_each_value_of_a_field_has_its_words(pointer: str) -> None:
    field = find_field(pointer)
    assert field is not None
    place = next(place for place in field.places if any(place in group["places"] for group in GROUPS))
    [group] = [group for group in GROUPS if place in group["places"]]
    assert [entry["value"] for entry in group["entries"]] == field.part["enum"]


def test_texts_in_three_languages_are_valid() -> None:
    case = json.loads((EXAMPLES / "wang-xiaoming" / "case.json").read_text(encoding="utf-8"))
    for group in GROUPS[-2:]:
        for entry in group["entries"]:
            case["patient"]["occupation"] = {language: entry[language] for language in ("ja", "en", "zh")}
            assert is_valid(case, "case"), entry
