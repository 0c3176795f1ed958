"""Schemas of tools in few bytes: a client puts the list of all tools before the model at each step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: What the reader of a schema knows already: names in other words, and what does nothing.
_SAID_ELSEWHERE = frozenset({"title", "description", "$defs"})
_NULL = {"type": "null"}


def compact_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema that accepts what ``schema`` does; an argument that may be left out need not be null."""
    found: dict[str, Any] = _compact(schema, schema.get("$defs", {}))
    return found


def _compact(schema: Any, parts: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_compact(each, parts) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _compact(parts[schema["$ref"].rpartition("/")[2]], parts)
    found: dict[str, Any] = {}
    for name, part in schema.items():
        if name == "properties":
            found[name] = {key: _compact(each, parts) for key, each in part.items()}
        elif name == "anyOf" and _NULL in part:
            found |= _or_null(
                [_compact(each, parts) for each in part if each != _NULL], is_optional="default" in schema
            )
        elif name not in _SAID_ELSEWHERE and not _does_nothing(name, part):
            found[name] = _compact(part, parts)
    return found


def _or_null(kinds: list[dict[str, Any]], *, is_optional: bool) -> dict[str, Any]:
    """Return a schema of one type or null, or only of the type if it is optional."""
    [kind] = kinds
    return kind if is_optional else {**kind, "type": [kind["type"], "null"]}


def _does_nothing(name: str, part: Any) -> bool:
    return (name == "default" and part in {None, "", False}) or (name == "additionalProperties" and part is True)
