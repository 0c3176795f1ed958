"""What a person mistyped is named, at its own place."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import CaseError, Problem
from pipeline.formats.json.reader import parse_json
from pipeline.language import LANGUAGES
from pipeline.resources import read_data

#: Texts with "▸" before the place of the mistake, by the name of the mistake.
MISTYPED = {
    "comma-too-many": ['{"a": 1▸,}', "[1▸,]", '{"a": 1,▸,"b": 2}', '{▸,"a": 1}', '{"a": {"b": 1▸,\n}}'],
    "missing-comma": [
        '{"a": ▸1 "b": 2}',
        '{"a": "x▸"\n"b": 2}',
        "[[▸] [1]]",
        '{"a": "x▸"; "b": 2}',
        '{"a": {▸} "b": 2}',
    ],
    "missing-colon": ['{"a▸" 1}', '{"a▸" "x"}', '{"a▸"= 1}', '{"a": 1, "b▸"}', '{"a▸", "b": 1}'],
    "missing-value": ['{"a": ▸}', '{"a": ▸, "b": 1}'],
    "quotation-marks": [
        *(
            "{▸“a”: 1}",
            '{"a": ▸“x”}',
            '{"a": "x▸”}',
            '{"a": "x▸”, "b": 1}',
            '{"a": "x▸”\n}',
            '{"a▸”: 1}',
            '{"a": ▸«x»}',
        ),
    ],
    "single-quotes": ["{▸'a': 1}", "{\"a\": ▸'x'}"],
    "full-width": ['{"a": 1▸，"b": 2}', '{"a"▸：1}', '▸｛"a": 1}', '{"a": ▸［1]}'],
    "backslash": [r'{"a": "papers▸\passport.pdf"}', r'{"a": "C:▸\users"}'],
    "open-text": ['{"a": ▸"x}', '{"a": ▸"x\n}', '{"a": 1, ▸"b: 2}'],
    "control": ['{"a": "x▸\ty"}'],
    "inner-quotes": ['{"a": "say "▸hi" now"}', '{"name: "▸x", "b": 1}'],
    "comment": ['{"a": 1 ▸// one\n}', '{▸# one\n"a": 1}', '{▸/* one */ "a": 1}'],
    "word": ['{"a": ▸True}', '{"a": ▸abc}', "▸abc", '{"a": ▸王}'],
    "bare-name": ["{▸a: 1}", '{"a": 1, ▸b: 2}'],
    "number": ['{"a": 0▸07}', '{"a": 1,▸000}', '{"a": 1▸.}', '{"a": ▸+1}', '{"a": ▸.5}', '{"a": ▸-}'],
    "open-bracket": ['{"a": ▸[1, 2}', '▸{"a": 1', '▸{"a": {"b": 1}', '{"a": ▸["x", "y"', '▸{"a": 1]'],
    "wrong-bracket": ['{"a": 1}▸}', "[1]▸]", "▸}"],
    "after-end": ['{"a": 1} ▸{"b": 2}', "[] ▸x"],
    "other": ["▸*", '{"a": ▸%}'],
}
CASES = [(name, text) for name, texts in MISTYPED.items() for text in texts]


def problem_of(text: str) -> Problem:
    with pytest.raises(CaseError) as caught:
        parse_json(text.encode(), "case.json", Path())
    [problem] = caught.value.problems
    return problem


@pytest.mark.parametrize(("name", "marked"), CASES)
def test_a_mistake_is_named_at_its_place(name: str, marked: str) -> None:
    before, _, after = marked.partition("▸")
    problem = problem_of(before + after)
    entry = read_data("messages", "formats")[f"json-syntax/{name}"]
    assert (problem.code, problem.message) == ("json-syntax", entry["message"]["en"])
    lines = before.split("\n")
    assert (problem.line, problem.column) == (len(lines), len(lines[-1]) + 1)


def test_every_mistake_is_tried() -> None:
    named = {key.partition("/")[2] for key in read_data("messages", "formats") if key.startswith("json-syntax/")}
    assert named == MISTYPED.keys()


def test_the_bracket_that_is_missing_is_named() -> None:
    assert "]" in problem_of('{"a": [1}').hint
    assert "}" in problem_of('{"a": 1').hint


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_are_of_their_language(language: str) -> None:
    for key, entry in read_data("messages", "formats").items():
        for texts in (
            entry.values() if key != "words" else (each for group in entry.values() for each in group.values())
        ):
            assert texts.keys() == set(LANGUAGES), key
            assert texts[language] == texts["en"] or language != "en"
            if language != "en" and key not in {"words", "schema-required/question"}:
                assert texts[language] != texts["en"], key
