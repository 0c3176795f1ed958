"""Data at the edges of the schema: nothing optional, everything at its longest, rare characters. Always the same."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple

from jsonschema import Draft202012Validator

from pipeline.formats.json.schema import Resolver, find_schema

Edge = Literal["least", "few", "lists", "texts"]

#: Characters of Chinese and Japanese names that ordinary fonts and old encodings lack.
RARE = "𠮷䶮㛃﨑"
#: What long texts are made of; words, because a line breaks between them.
_PROSE = {"ja": "長い文章の見本です。", "en": "A sample of a long text. ", "zh": "这是较长文字的样例。"}
_ANY_TEXT = r"\S"
_LONG_EMAIL = "international.patient.office@department-of-orthopaedics.university-hospital.example"

#: As many entries of a list differ; a longer list repeats them.
_DIFFERENT = 12


class Node(NamedTuple):
    """A part of a schema with what its references are looked up by."""

    schema: Mapping[str, Any]
    resolver: Resolver

    def below(self, schema: Mapping[str, Any]) -> Node:
        """A part of this part, its reference followed; what stands beside the reference counts more."""
        known = _FOLLOWED.get(id(schema))
        if known is None:
            # The schema is kept with it, for else another could get the same id.
            known = _FOLLOWED[id(schema)] = schema, self._followed(schema)
        return known[1]

    def _followed(self, schema: Mapping[str, Any]) -> Node:
        # Where a field may be told in two ways (a whole, or the id of one), the first is the one with all of it.
        found, resolver = schema if "properties" in schema else schema.get("then", schema), self.resolver
        while "$ref" in found:
            target = resolver.lookup(found["$ref"])
            found = {**target.contents, **{key: value for key, value in found.items() if key != "$ref"}}
            resolver = target.resolver
        return Node(found, resolver)

    def properties(self) -> Iterator[tuple[str, Node, bool]]:
        """Name of each field, what it is, and whether it must be there."""
        required = self.schema.get("required", ())
        for name, schema in self.schema.get("properties", {}).items():
            if name != "$schema":
                yield name, self.below(schema), name in required


_FOLLOWED: dict[int, tuple[Mapping[str, Any], Node]] = {}


@cache
def case_schema() -> Node:
    """The schema of a case."""
    found = find_schema("case")
    return Node(found.contents, found.resolver)


def generate(node: Node, edge: Edge, turn: int = 0, name: str = "") -> Any:
    """Data that meets a schema.

    ``least`` has only what must be there, ``few`` the same with one entry in each list and every answer yes. The
    others have everything: ``lists`` with each list at its longest, ``texts`` with each text at its longest and rare
    characters in those of Chinese and Japanese. Lists and texts at their longest at once would be more than a case may
    hold. ``turn`` chooses among the words that a field allows; ``name`` is that of the field, which decides the
    language of a text.
    """
    if "enum" in node.schema:
        return node.schema["enum"][turn % len(node.schema["enum"])]
    if "const" in node.schema:
        return node.schema["const"]
    kinds = node.schema["type"]
    kind = kinds if isinstance(kinds, str) else next(kind for kind in kinds if kind != "null")
    return _MAKERS[kind](node, edge, turn, name)


def _object(node: Node, edge: Edge, turn: int, _name: str) -> dict[str, Any]:
    bare = edge in {"least", "few"}
    made = {
        name: generate(field, edge, turn, name) for name, field, required in node.properties() if required or not bare
    }
    if Draft202012Validator(node.schema.get("if", False)).is_valid(made):
        needed = node.schema.get("then", {}).get("required", ())
        made |= {name: generate(field, edge, turn, name) for name, field, _ in node.properties() if name in needed}
    return made


def _list(node: Node, edge: Edge, turn: int, name: str) -> list[Any]:
    least, most = node.schema.get("minItems", 0), node.schema.get("maxItems", 3)
    some = max(least, min(most, 2))
    count = {"least": least, "few": max(least, 1), "lists": most, "texts": some}[edge]
    item = node.below(node.schema["items"])
    shown: list[Any] = next(iter(node.schema.get("examples", ())), [])
    if "pattern" in item.schema and "examples" not in item.schema and len(shown) >= count:
        return list(shown[:count])
    made = [generate(item, edge, turn + number, name) for number in range(min(count, _DIFFERENT))]
    return [copy.deepcopy(made[number % _DIFFERENT]) for number in range(count)]


def _number(node: Node, edge: Edge, _turn: int, _name: str) -> int:
    bare = edge in {"least", "few"}
    return int(node.schema.get("minimum", 0) if bare else node.schema.get("maximum", 999_999_999))


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
        return _stretched(example, schema["pattern"], limit) if edge == "texts" else example
    prose = _PROSE.get(name) or _PROSE["en" if example.isascii() else "zh"]
    rare = "" if prose.isascii() else RARE
    return (rare + prose * (limit // len(prose) + 1))[:limit].strip()


def _stretched(example: str, pattern: str, limit: int) -> str:
    """The longest text of the pattern that repeats the example, or its last character."""
    for length in range(limit, len(example), -1):
        for text in ((example * length)[:length], example.ljust(length, example[-1])):
            if re.search(pattern, text):
                return text
    return example


_MAKERS: Mapping[str, Callable[[Node, Edge, int, str], Any]] = {
    "object": _object,
    "array": _list,
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": _flag,
}
