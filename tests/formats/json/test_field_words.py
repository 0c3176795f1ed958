"""Every field of a case has a title and a description in each language, and messages about it use them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from pipeline.formats.json.reader import parse_json
from pipeline.formats.json.schema import check_schema
from pipeline.formats.json.schema_files import field_words, schema_names, schema_text
from tests.support.cases import EXAMPLES

#: Schemas of what is written for programs or for authors of templates.
FOR_PROGRAMS = {
    *("directory-guarantor", "directory-hospital", "form-mapping", "manifest", "mapping", "match", "packet"),
    *("line", "report", "status", "timeline"),
}


def described(part: Any, place: str) -> Iterator[tuple[str, set[str]]]:
    """Every part that has a title or a description, and which of them."""
    if isinstance(part, dict):
        if here := {name for name in ("title", "description") if isinstance(part.get(name), str)}:
            yield place, here
        for key, below in part.items():
            if key not in {"examples", "enum"}:
                yield from described(below, f"{place}/{key}")


@pytest.mark.parametrize("language", ["ja", "zh"])
def test_each_field_has_its_words(language: Literal["ja", "zh"]) -> None:
    names = set(schema_names()) - FOR_PROGRAMS
    wanted = {place: here for name in names for place, here in described(json.loads(schema_text(name)), name)}
    words = {place: set(texts) for place, texts in field_words(language).items()}
    assert words == wanted
    assert not [place for place, texts in field_words(language).items() if any(not text for text in texts.values())]
    assert not [place for place, texts in field_words(language).items() if texts["description"].isascii()]


def test_messages_about_fields_are_in_each_language() -> None:
    case = json.loads((EXAMPLES / "wang-xiaoming" / "case.json").read_text(encoding="utf-8"))
    del case["patient"]["passport"]["expiry_date"]
    case["patient"] |= {"sexx": "male", "phone": 1, "sex": "m"}
    case["visa"]["filing_date"] = "2026-13-01"
    problems = check_schema(parse_json(json.dumps(case).encode(), "case.json", Path()), "case")
    texts = {problem.code: {name: problem.in_language(name) for name in ("en", "ja", "zh")} for problem in problems}
    assert texts.keys() == {"schema-required", "schema-unknown-field", "schema-type", "schema-enum", "schema-format"}
    missing = texts["schema-required"]
    assert missing["en"].hint == 'add it: Last day the passport is valid. Written YYYY-MM-DD; for example "2030-09-11"'
    assert (missing["ja"].message, missing["zh"].message) == ("項目'expiry_date'がありません", "缺少字段“expiry_date”")
    assert "旅券が有効な最後の日" in missing["ja"].hint
    assert "护照有效的最后一天" in missing["zh"].hint
    for each in texts.values():
        assert len({problem.message for problem in each.values()}) == 3
