"""Plain pictures of msgspec structs and of the JSON schemas that describe them, to compare both."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from msgspec import inspect
from referencing import Registry, Resource

from pipeline.formats.json.schema_files import schema_names, schema_text

SCHEMAS: dict[str, Any] = {name: json.loads(schema_text(name)) for name in schema_names()}
#: The one list that the types leave to the schema: no code tells one province from another.
PROVINCES = SCHEMAS["common"]["$defs"]["province"]["enum"]
NULL = {"type": "null"}
WORDS = {"string": "text", "integer": "whole number", "boolean": "yes or no"}
TYPES = {
    inspect.StrType: "text",
    inspect.IntType: "whole number",
    inspect.BoolType: "yes or no",
    inspect.DateType: "date",
}

#: A word, a set of words, ("list", number or None, picture), ("map", picture), ("or null", picture), or a field's
#: name -> (whether it is required, picture).
Picture = Any


def picture_of_schema(schemas: Mapping[str, Any], name: str = "case") -> Picture:
    registry: Registry[Any] = Registry().with_resources(
        (content["$id"], Resource.from_contents(content)) for content in schemas.values()
    )

    def picture(schema: Mapping[str, Any], resolver: Any) -> Picture:
        # An id may stand for the fields of an object, which the typed case always has.
        meant = schema["then"] if schema.get("type") == ["object", "string"] else schema
        if "$ref" in meant:
            found = resolver.lookup(meant["$ref"])
            return picture(found.contents, found.resolver)
        if (inner := _without_null(schema)) is not None:
            return ("or null", picture(inner, resolver))
        if "patternProperties" in schema:
            [value] = schema["patternProperties"].values()
            return ("map", picture(value, resolver))
        if schema.get("type") == "object":
            required = schema.get("required", ())
            fields = {key: value for key, value in schema["properties"].items() if key != "$schema"}
            return {key: (key in required, picture(value, resolver)) for key, value in fields.items()}
        if schema.get("type") == "array":
            exact = schema["minItems"] if schema.get("minItems") == schema.get("maxItems") else None
            return ("list", exact, picture(schema["items"], resolver))
        return _single(schema)

    content = schemas[name]
    return picture(content, registry.resolver(content["$id"]))


def _single(schema: Mapping[str, Any]) -> Picture:
    """Of a schema whose values have no parts."""
    if schema.get("enum") == PROVINCES:
        return "text"
    if "enum" in schema or "const" in schema:
        return frozenset(schema.get("enum") or [schema["const"]])
    return "date" if schema.get("format") == "date" else WORDS[schema["type"]]


def _without_null(schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The schema of the other values, where null is one of several."""
    if NULL in schema.get("anyOf", ()):
        [inner] = [each for each in schema["anyOf"] if each != NULL]
        return dict(inner)
    if None in schema.get("enum", ()):
        return {**schema, "enum": [value for value in schema["enum"] if value is not None]}
    if isinstance(schema.get("type"), list) and "null" in schema["type"]:
        [kind] = [kind for kind in schema["type"] if kind != "null"]
        return {**schema, "type": kind}
    return None


def picture_of_type(kind: inspect.Type) -> Picture:
    if isinstance(kind, inspect.StructType):
        return {field.encode_name: (field.required, _of_field(field)) for field in kind.fields}
    if isinstance(kind, inspect.LiteralType):
        return frozenset(kind.values)
    if isinstance(kind, inspect.VarTupleType | inspect.TupleType):
        exact = len(kind.item_types) if isinstance(kind, inspect.TupleType) else None
        items = [kind.item_type] if isinstance(kind, inspect.VarTupleType) else kind.item_types
        assert all(item == items[0] for item in items)
        return ("list", exact, picture_of_type(items[0]))
    if isinstance(kind, inspect.DictType):
        return ("map", picture_of_type(kind.value_type))
    if isinstance(kind, inspect.UnionType):
        [inner] = [each for each in kind.types if not isinstance(each, inspect.NoneType)]
        return ("or null", picture_of_type(inner))
    return TYPES.get(type(kind), f"unexpected {kind}")


def _of_field(field: inspect.Field) -> Picture:
    """An optional field is one of a type or None, unless it has another default."""
    picture = picture_of_type(field.type)
    if field.required or field.default is not None:
        return picture
    word, inner = picture
    assert word == "or null", field.name
    return inner
