"""Two validators read the same schemas: a compiled one that decides, and one that explains."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from random import Random
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.formats.characters import refused_characters
from pipeline.formats.json import schema
from pipeline.formats.json.schema import is_valid
from pipeline.formats.json.schema_files import FORMATS, schema_names, schema_text
from pipeline.formats.json.violations import validator
from tests.support.cases import EXAMPLES, ROOT

#: Values at the edges of types, formats, patterns and limits.
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 1.5, 10**17, [], {}, [[]], [1, 1], [1, True], {"a": 1}),
    *("", " ", "\u3000", "0", "王", "ＡＢ", "a" * 70, "a" * 5_000, "𠮷" * 100, "é", "e\u0301"),
    *("2026-11-22", "2024-02-29", "2023-02-29", "2026-11-22T00:00:00Z", "20261122", "２０２６-11-22", "0000-01-01"),
    *(
        "a@example.com",
        "a@example",
        "a b@example.com",
        '"a b"@example.com',
        "a@xn--fsq.com",
        "a@例.com",
        "a" * 65 + "@b.jp",
    ),
    *("patient", "companion-1", "A1234567", "E12345678", "JPN", "+81-3-1234-5678", "100-0001", "1234567890123", "WANG"),
)


def parts(part: Any) -> Iterator[dict[str, Any]]:
    """Every schema of one value: type, format, pattern, limits, without references."""
    if isinstance(part, dict):
        if "$ref" not in json.dumps(part) and {"type", "enum", "pattern", "format"} & part.keys():
            yield part
        for each in part.values():
            yield from parts(each)
    elif isinstance(part, list):
        for each in part:
            yield from parts(each)


def test_they_agree_on_every_part_of_every_schema() -> None:
    distinct = {json.dumps(part): part for name in schema_names() for part in parts(json.loads(schema_text(name)))}
    assert len(distinct) > 100
    wrong = []
    for part in distinct.values():
        decides = jsonschema_rs.Draft202012Validator(part, formats=FORMATS, validate_formats=True)
        explains = validator("case").evolve(schema=part)
        values = (*ODD, *part.get("examples", ()), *part.get("enum", ()))
        wrong += [(part, value) for value in values if decides.is_valid(value) != explains.is_valid(value)]
    assert wrong == []


SAMPLES = {
    "case": EXAMPLES / "chen-lihua" / "case.json",
    "packet": ROOT / "templates" / "medical-stay" / "packet.json",
}


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=25, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_they_agree_on_random_changes_of_a_whole_file(name: str, chance: Random) -> None:
    data = json.loads(SAMPLES[name].read_text(encoding="utf-8"))
    assert is_valid(data, name)
    for _ in range(chance.choice([1, 1, 3])):
        change_at_random(data, chance)
    assert is_valid(data, name) == validator(name).is_valid(data)


def change_at_random(data: Any, chance: Random) -> None:
    """Replace or remove something below ``data``, add a field, or change one letter of a text."""
    while True:
        keys = list(data) if isinstance(data, dict) else range(len(data))
        if not keys:
            return
        key = chance.choice(keys)
        if not isinstance(data[key], dict | list) or not data[key] or chance.random() < 0.2:
            break
        data = data[key]
    way = chance.choice(["replace", "remove", "add", "letter", "letter"])
    if way == "add" and isinstance(data, dict):
        data["unknown"] = 1
    elif way == "remove":
        del data[key]
    elif way == "letter" and isinstance(data[key], str):
        data[key] += chance.choice("a0王 -")
    else:
        data[key] = chance.choice(ODD)


def test_blanks_that_they_count_differently_are_refused_before() -> None:
    """What is only blank is no text. The compiled validator accepts control characters; the reader does not."""
    text = jsonschema_rs.Draft202012Validator({"pattern": r"\S"})
    accepted = [chr(each) for each in range(sys.maxunicode) if chr(each).isspace() and text.is_valid(chr(each))]
    assert accepted
    assert [each for each in accepted if not any(refused_characters(each))] == []


def test_a_reference_that_leads_out_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "schema_text", lambda _name: '{"$ref": "https://example.com/x.json"}')
    with pytest.raises(ValueError, match="Retrieval is disabled"):
        is_valid({}, "leads-out")
