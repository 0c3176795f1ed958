"""What a case does not say yet: a question for each missing field, for the person who knows the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

from pipeline.errors import Problem
from pipeline.formats.json.positions import escape
from pipeline.formats.json.reader import JsonFile
from pipeline.formats.json.violations import SchemaPart, describe, find_schema
from pipeline.formats.messages import Words, worded_problem
from pipeline.resources import shipped

#: Who knows the fields of a part of the case; the agency knows the others.
_WHO = {
    "patient": "patient",
    "companions": "patient",
    "tb_screening": "patient",
    "condition": "hospital",
    "treatment": "hospital",
    "hospital": "hospital",
    "guarantor": "guarantor",
}
#: Organisations that the agency chooses, before they can be asked anything.
_CHOSEN = ("/hospital", "/guarantor")


class _Field(NamedTuple):
    """A required field: its pointer, whether the case has it, and its question."""

    pointer: str
    is_filled: bool
    part: Mapping[str, Any]
    place: str


def ask(json_file: JsonFile) -> list[Problem]:
    """Return the questions for a case of which only required fields are missing.

    ``args`` of each have ``who`` knows the answer, and how many of the ``required`` fields of the case are ``filled``.
    A field counts once, whatever its parts; those of a list count for each entry.
    """
    fields = list(_required(find_schema("case"), json_file.data, "", "case"))
    missing = [field for field in fields if not field.is_filled]
    counts = {"filled": str(len(fields) - len(missing)), "required": str(len(fields))}
    return [_question(json_file, field, counts) for field in missing]


def _required(schema: SchemaPart, data: Any, pointer: str, place: str) -> Iterator[_Field]:
    """Yield each required field below a part of the case. ``place`` is that of the part in its schema."""
    for name in schema.contents.get("required", ()):
        part = schema.contents["properties"][name]
        below, value = f"{pointer}/{escape(name)}", data.get(name)
        field = _Field(below, name in data and _is_complete(schema, part, value), part, f"{place}/properties/{name}")
        inner, inner_place = _target(schema, part, field.place)
        if "items" in inner.contents and isinstance(value, list):
            entry, entry_place = _target(inner, inner.contents["items"], f"{inner_place}/items")
            yield field
            for index, each in enumerate(value):
                yield from _required(entry, each, f"{below}/{index}", entry_place)
        elif "required" in inner.contents and (isinstance(value, dict) or (value is None and "then" not in part)):
            yield from _required(inner, value or {}, below, inner_place)
        else:
            yield field


def _is_complete(schema: SchemaPart, part: Mapping[str, Any], value: Any) -> bool:
    """Return True if a value of a common definition, such as a name, has all its parts."""
    found = schema.resolver.lookup(part["$ref"]) if "$ref" in part else schema
    contents = found.contents if "$ref" in part else part
    if not isinstance(value, dict) or not part.get("$ref", "#").startswith(("common.", "#")):
        return True
    return all(
        name in value and _is_complete(found, contents["properties"][name], value[name])
        for name in contents.get("required", ())
    )


@dataclass(frozen=True, slots=True)
class _Part:
    contents: Any
    resolver: Any


def _target(schema: SchemaPart, part: Mapping[str, Any], place: str) -> tuple[SchemaPart, str]:
    """Return the schema of a field with its fields, and its place; common definitions are one field."""
    reference = part.get("$ref") or part.get("then", {}).get("$ref")
    if reference is None:
        return _Part(part, schema.resolver), place
    if reference.startswith("common."):
        return _Part({}, schema.resolver), place
    found = schema.resolver.lookup(reference)
    return found, reference.removesuffix(".schema.json")


def _question(json_file: JsonFile, field: _Field, counts: Mapping[str, str]) -> Problem:
    parent, _, name = field.pointer.rpartition("/")
    question = worded_problem("schema-required/question", describe(field.part), question=questions()[field.place])
    problem = json_file.locate(question, parent)
    who = "agency" if field.pointer in _CHOSEN else _WHO.get(field.pointer.split("/")[1], "agency")
    return replace(problem, args={"field": name, "who": who, **counts})


@cache
def questions() -> Mapping[str, Words]:
    """Return the question for each required field, by its place in the schemas."""
    found: Mapping[str, Words] = json.loads((shipped("schemas") / "questions.json").read_text(encoding="utf-8"))
    return found
