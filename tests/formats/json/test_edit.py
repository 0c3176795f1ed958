"""A value is changed in the text of a file, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.json.edit import change_text, is_same

TEXT = """{
    "name" :  "王",
    "list": [1,   2],
    "empty": {},
    "inner": { "a": 1,"b": [ ] },

    "last": true
}
"""


def changed(**values: Any) -> str:
    return change_text(TEXT, json.loads(TEXT) | values)


@pytest.mark.parametrize(
    ("values", "old", "new"),
    [
        ({}, "", ""),
        ({"name": "李"}, '"王"', '"李"'),
        ({"list": [1, 3]}, "[1,   2]", "[1,   3]"),
        ({"list": [1, 2, 3]}, "[1,   2]", "[1,   2, 3]"),
        ({"list": [1]}, "[1,   2]", "[\n        1\n    ]"),
        ({"last": 1}, "true", "1"),
        ({"inner": {"a": 1, "b": [], "c": 2}}, '"b": [ ] }', '"b": [ ], "c": 2 }'),
        ({"empty": {"x": 1}}, "{},", '{\n        "x": 1\n    },'),
        ({"new": {"x": [1]}}, "true", 'true,\n    "new": {\n        "x": [\n            1\n        ]\n    }'),
    ],
)
def test_only_the_change_is_changed(values: dict[str, Any], old: str, new: str) -> None:
    assert changed(**values) == TEXT.replace(old, new, 1)


def test_lines_end_as_they_did() -> None:
    windows = TEXT.replace("\n", "\r\n")
    new = change_text(windows, json.loads(TEXT) | {"more": {"a": [{"b": 1}]}, "name": "李"})
    assert new.count("\n") == new.count("\r\n") > windows.count("\r\n")


def test_one_line_stays_one_line() -> None:
    assert change_text('{"a":1}', {"a": 1, "b": [{}]}) == '{"a":1, "b": [{}]}'
    assert change_text("[ 1 ]", [1, {"a": 2}]) == '[ 1, {"a": 2} ]'


scalars = (
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(st.characters(categories=["L", "P", "Zs"]), max_size=3)
)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner), max_leaves=8
)


@given(old=documents, new=documents, indent=st.sampled_from([None, 1, 4]))
def test_the_result_has_the_new_values(old: Any, new: Any, indent: int | None) -> None:
    text = json.dumps(old, indent=indent)
    assert is_same(json.loads(change_text(text, new)), new)
    assert change_text(text, old) == text
