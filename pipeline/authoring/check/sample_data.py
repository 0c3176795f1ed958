"""Generate data at the edges of a schema: no optional field, every text or list at its longest, rare characters."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import Any, Literal, NamedTuple

from jsonschema import Draft202012Validator

from pipeline.formats.json.violations import Resolver, find_schema

Edge = Literal["least", "few", "lists", "texts"]

#: Characters of Chinese and Japanese names that ordinary fonts and old encodings lack.
RARE = "𠮷䶮㛃﨑"
#: Long texts repeat these; the English one has words, because a line breaks between them.
_PROSE = {"ja": "長い文章の見本です。", "en": "A sample of a long text. ", "zh": "这是较长文字的样例。"}
_ANY_TEXT = r"\S"
_LONG_EMAIL = "international.patient.office@department-of-orthopaedics.university-hospital.example"

#: Number of different entries of a list; a longer list repeats them.
_DIFFERENT = 12


class Node:
    """A part of a schema, and the resolver of its references. Its own parts are looked up once."""

    def __init__(self, schema: Mapping[str, Any], resolver: Resolver) -> None:
        self.schema, self._resolver = schema, resolver

    @cached_property
    def properties(self) -> tuple[Property, ...]:
        """The fields of an object."""
        required = self.schema.get("required", ())
        fields = {name: schema for name, schema in self.schema.get("properties", {}).items() if name != "$schema"}
        return tuple(Property(name, self._follow(schema), name in required) for name, schema in fields.items())

    @cached_property
    def items(self) -> Node:
        """The entries of a list."""
        return self._follow(self.schema["items"])

    def _follow(self, schema: Mapping[str, Any]) -> Node:
        """Follow the references of ``schema``; keywords beside a reference take precedence."""
        # If a field is an object or the id of one, the first alternative is the object.
        part, resolver = schema if "properties" in schema else schema.get("then", schema), self._resolver
        while "$ref" in part:
            target = resolver.lookup(part["$ref"])
            part = {**target.contents, **{key: value for key, value in part.items() if key != "$ref"}}
            resolver = target.resolver
        return Node(part, resolver)


class Property(NamedTuple):
    """A field of an object."""

    name: str
    node: Node
    is_required: bool


@cache
def case_schema() -> Node:
    """Return the schema of a case."""
    schema = find_schema("case")
    return Node(schema.contents, schema.resolver)


def generate(node: Node, edge: Edge, turn: int = 0, name: str = "") -> Any:
    """Return data that is valid by the schema ``node``. The result is always the same.

    ``least`` has required fields only; ``few`` too, but one entry in each list and every flag set. The other edges
    have every field: ``lists`` has each list at its longest, ``texts`` each text at its longest, with rare characters
    in Chinese and Japanese. Both together would exceed the size limit of a case. ``turn`` chooses among the values of
    an enumeration; ``name`` is the name of the field and decides the language of a text.
    """
    if "enum" in node.schema:
        return node.schema["enum"][turn % len(node.schema["enum"])]
    if "const" in node.schema:
        return node.schema["const"]
    kinds = node.schema["type"]
    kind = kinds if isinstance(kinds, str) else next(kind for kind in kinds if kind != "null")
    return _GENERATORS[kind](node, edge, turn, name)


def _object(node: Node, edge: Edge, turn: int, _name: str) -> dict[str, Any]:
    is_bare = edge in {"least", "few"}
    fields = [field for field in node.properties if field.is_required or not is_bare]
    data = {field.name: generate(field.node, edge, turn, field.name) for field in fields}
    if Draft202012Validator(node.schema.get("if", False)).is_valid(data):
        names = node.schema.get("then", {}).get("required", ())
        needed = [field for field in node.properties if field.name in names]
        data |= {field.name: generate(field.node, edge, turn, field.name) for field in needed}
    return data


def _list(node: Node, edge: Edge, turn: int, name: str) -> list[Any]:
    least, most = node.schema.get("minItems", 0), node.schema.get("maxItems", 3)
    some = max(least, min(most, 2))
    count = {"least": least, "few": max(least, 1), "lists": most, "texts": some}[edge]
    item = node.items
    example: list[Any] = next(iter(node.schema.get("examples", ())), [])
    if "pattern" in item.schema and "examples" not in item.schema and len(example) >= count:
        return list(example[:count])
    entries = [generate(item, edge, turn + number, name) for number in range(min(count, _DIFFERENT))]
    return [copy.deepcopy(entries[number % _DIFFERENT]) for number in range(count)]


def _number(node: Node, edge: Edge, _turn: int, _name: str) -> int:
    is_bare = edge in {"least", "few"}
    return int(node.schema.get("minimum", 0) if is_bare else node.schema.get("maximum", 999_999_999))


def _flag(_node: Node, edge: Edge, _turn: int, _name: str) -> bool:
    return edge != "least"


def _text(node: Node, edge: Edge, _turn: int, name: str) -> str:
    schema = node.schema
    example = str(next(iter(schema.get("examples", ())), "一"))
    if schema.get("format") == "email" and edge == "texts":
        return _LONG_EMAIL
    if schema.get("format") or edge in {"least", "few", "lists"}:
        return example
    limit = int(schema["maxLength"])
    if schema.get("pattern", _ANY_TEXT) != _ANY_TEXT:
        return _stretch(example, schema["pattern"], limit) if edge == "texts" else example
    prose = _PROSE.get(name) or _PROSE["en" if example.isascii() else "zh"]
    rare = "" if prose.isascii() else RARE
    return (rare + prose * (limit // len(prose) + 1))[:limit].strip()


def _stretch(example: str, pattern: str, limit: int) -> str:
    """Return the longest text that matches the pattern and repeats the example or its last character."""
    for length in range(limit, len(example), -1):
        for text in ((example * length)[:length], example.ljust(length, example[-1])):
            if re.search(pattern, text):
                return text
    return example


_GENERATORS: Mapping[str, Callable[[Node, Edge, int, str], Any]] = {
    "object": _object,
    "array": _list,
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": _flag,
}
