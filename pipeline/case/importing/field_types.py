"""The fields of a case by JSON pointer: what the schemas say about their values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, reduce
from operator import getitem
from typing import Any, Literal

from pipeline.formats.json.schema_files import field_words, schema_text
from pipeline.language import LANGUAGES, Language

_SUFFIX = ".schema.json"
_LANGUAGES = {"ja", "en", "zh"}

#: "languages" is the same text in several languages, "name" the name of a person.
Shape = Literal["text", "date", "integer", "boolean", "words", "languages", "name", "object", "list"]


@dataclass(frozen=True, slots=True)
class FieldType:
    """What the schemas say about a field: its shape, its part of the schema, and the places that describe it.

    The first place is the field's own, such as ``patient/properties/sex``; the others are the definitions to which it
    refers, such as ``common/$defs/sex``.
    """

    shape: Shape
    part: Mapping[str, Any]
    places: tuple[str, ...]


@cache
def find_field(pointer: str, schema: str = "case") -> FieldType | None:
    """Return the type of the field at a pointer, in which ``*`` or a number is an entry of a list; None if unknown."""
    place = schema
    for step in pointer.split("/")[1:]:
        *_, last = _places(place)
        part, steps = _part(last), f"properties/{step}"
        if step == "*" or step.isdecimal():
            part, steps = {"properties": {step: part.get("items")}}, "items"
        if part.get("properties", {}).get(step) is None:
            return None
        place = f"{last}/{steps}"
    return _type_at(place)


def item_type(field: FieldType) -> FieldType:
    """Return the type of the entries of a list."""
    return _type_at(f"{field.places[-1]}/items")


def _type_at(place: str) -> FieldType:
    places = tuple(_places(place))
    return FieldType(_shape(places), _part(places[-1]), places)


def _places(place: str) -> list[str]:
    """Return a place in the schemas, and those to which it refers."""
    found = [place]
    part = _part(place)
    while reference := part.get("$ref") or part.get("then", {}).get("$ref"):
        schema, _, below = str(reference).partition("#")
        found.append((schema.removesuffix(_SUFFIX) or found[-1].partition("/")[0]) + below)
        part = _part(found[-1])
    return found


@cache
def _part(place: str) -> Any:
    name, *steps = place.split("/")
    return reduce(getitem, steps, json.loads(schema_text(name)))


def _shape(places: tuple[str, ...]) -> Shape:
    part = _part(places[-1])
    properties = part.get("properties", {}).keys()
    if "enum" in part:
        return "words"
    if part.get("format") == "date":
        return "date"
    if properties:
        return "languages" if properties <= _LANGUAGES else "name" if "given_names" in properties else "object"
    shapes: Mapping[str, Shape] = {"integer": "integer", "boolean": "boolean", "array": "list", "object": "object"}
    kind = part.get("type")
    return shapes.get(kind, "text") if isinstance(kind, str) else "object"


@cache
def leaf_fields(pointer: str, schema: str = "case") -> tuple[str, ...]:
    """Return the pointers of all values below a field, relative to it; a text in several languages is one value.

    Lists have no values of their own.
    """
    field = find_field(pointer, schema)
    if field is None or field.shape == "list":
        return ()
    names = field.part.get("properties", {}) if field.shape in ("object", "name") else {}
    if not names:
        return ("",) if field.shape != "object" else ()
    return tuple(f"/{name}{below}" for name in names for below in leaf_fields(f"{pointer}/{name}", schema))


def description(field: FieldType, language: Language) -> str:
    """Return the description of a field."""
    return _text_of(field, "description", language)


def example(field: FieldType) -> Any:
    """Return the first example of a field, or None."""
    return next((part["examples"][0] for part in map(_part, field.places) if part.get("examples")), None)


def titles(field: FieldType) -> dict[Language, str]:
    """Return the title of a field in each language."""
    return {language: _text_of(field, "title", language) for language in LANGUAGES}


def _text_of(field: FieldType, key: str, language: Language) -> str:
    """Return a text of the field, or of the definition to which it refers, where it has none in the language."""
    texts = [_part(place) if language == "en" else field_words(language).get(place, {}) for place in field.places]
    english = str(_part(field.places[0]).get(key, ""))
    return next((str(each[key]) for each in texts if each.get(key)), english)
