"""The messages of the import: each in every language, with the same parts, and used by the program."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.language import LANGUAGES
from pipeline.resources import read_data
from tests.support.cases import ROOT

TABLE: Mapping[str, Any] = read_data("messages", "case")


def texts(part: Any) -> Iterator[Mapping[str, str]]:
    if set(part) == set(LANGUAGES):
        yield part
    else:
        for below in part.values():
            yield from texts(below)


def parts_of(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text)} - {None}


def test_each_text_is_in_every_language_with_the_same_parts() -> None:
    for each in texts(TABLE):
        assert len({frozenset(parts_of(text)) for text in each.values()}) == 1, each
        assert all(each.values())
        assert not each["ja"].isascii()
        assert not each["zh"].isascii()


def test_each_message_is_used() -> None:
    folders = (ROOT / "pipeline" / name for name in ("case", "publish", "documents"))
    source = "".join(file.read_text(encoding="utf-8") for folder in folders for file in folder.rglob("*.py"))
    keys = [key for key in TABLE if key != "words" and f'"{key.partition("/")[0]}/{{' not in source]
    assert [key for key in keys if f'"{key}"' not in source] == []
    assert [name for name in TABLE["words"]["proposal"] if f'"{name}"' not in source and name not in WHO] == []


#: Names of words that are chosen by who knows a field.
WHO = ("patient", "hospital", "guarantor", "agency")
