from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.json.positions import Positions, escape, find_positions

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12
)


def values(data: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    yield pointer, data
    below: Iterator[tuple[str, Any]] = iter(())
    if isinstance(data, dict):
        below = iter(data.items())
    elif isinstance(data, list):
        below = ((str(index), value) for index, value in enumerate(data))
    for step, value in below:
        yield from values(value, f"{pointer}/{escape(step)}")


@given(
    data=documents,
    indent=st.none() | st.integers(0, 4) | st.just("\t"),
    ascii_only=st.booleans(),
    separators=st.sampled_from([None, (",", ":"), (" , ", " : "), (",\r\n", ":\n")]),
)
def test_every_value_of_any_document_is_found(
    data: Any, indent: int | str | None, *, ascii_only: bool, separators: tuple[str, str] | None
) -> None:
    text = json.dumps(data, indent=indent, ensure_ascii=ascii_only, separators=separators)
    positions = find_positions(text)
    expected = dict(values(data))
    assert set(positions.of_value) == set(expected)
    assert set(positions.of_key) <= set(expected)
    assert not positions.repeated
    for pointer, value in expected.items():
        found, _ = json.JSONDecoder().raw_decode(text, positions.of_value[pointer])
        assert found == value
    for pointer, offset in positions.of_key.items():
        key, _ = json.JSONDecoder().raw_decode(text, offset)
        assert escape(key) == pointer.rpartition("/")[2]


@given(keys=st.lists(st.sampled_from(["a", "b", "c"]), max_size=8))
def test_every_repetition_is_found(keys: list[str]) -> None:
    text = "{" + ", ".join(f'"{key}": {{"a": 1}}' for key in keys) + "}"
    repeated = find_positions(text).repeated
    assert [pointer for pointer, _ in repeated] == [f"/{key}" for index, key in enumerate(keys) if key in keys[:index]]
    for pointer, offset in repeated:
        assert text.startswith(f'"{pointer[1:]}"', offset)


def test_two_spellings_of_a_key_are_one_key() -> None:
    text = r'{"a": 1, "\u0061": 2}'
    assert find_positions(text).repeated == [("/a", 9)]


def test_a_key_of_another_object_is_no_repetition() -> None:
    assert not find_positions('[{"a": 1}, {"a": {"a": 2}}]').repeated


@pytest.mark.parametrize(
    ("pointer", "value", "key"),
    [
        ("", (1, 1), (1, 1)),
        ("/a", (2, 8), (2, 3)),
        ("/a/1", (3, 5), (3, 5)),
        ("/x~1y~0z/é", (6, 17), (6, 11)),
        ("/a/7", (2, 8), (2, 8)),
        ("/none/of/these", (1, 1), (1, 1)),
    ],
)
def test_line_and_column_count_from_one(pointer: str, value: tuple[int, int], key: tuple[int, int]) -> None:
    positions = find_positions('{\n  "a": [1,\n    {"b": "]}"}\n  ],\n  "x/y~z":\n        { "é" : 2 }\n}')
    assert positions.value(pointer) == value
    assert positions.key(pointer) == key


def test_a_character_outside_the_basic_plane_is_one_column() -> None:
    assert find_positions('["𠮷", 1]').value("/1") == (1, 7)


@pytest.mark.parametrize(("step", "escaped"), [("a/b", "a~1b"), ("a~b", "a~0b"), ("~1", "~01"), ("", ""), ("é", "é")])
def test_escape_is_that_of_rfc_6901(step: str, escaped: str) -> None:
    assert escape(step) == escaped


def test_line_and_column_of_the_end() -> None:
    assert Positions("a\nbc").line_and_column(4) == (2, 3)
