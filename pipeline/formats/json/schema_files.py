"""The JSON Schemas of ``schemas/``, and the formats that they name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache, reduce
from operator import getitem
from typing import Any

from pipeline.language import Language
from pipeline.resources import shipped

_SUFFIX = ".schema.json"
#: An address that HTML's input type "email" accepts, with a dot in the domain.
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def schema_names() -> list[str]:
    """Return the names of the shipped schemas, such as ``case`` and ``patient``."""
    return sorted(path.name.removesuffix(_SUFFIX) for path in shipped("schemas").glob(f"*{_SUFFIX}"))


@cache
def schema_text(name: str) -> str:
    """Return the text of a schema. Raise FileNotFoundError for an unknown name."""
    return (shipped("schemas") / f"{name}{_SUFFIX}").read_text(encoding="utf-8")


@cache
def field_words(language: Language) -> Mapping[str, Mapping[str, str]]:
    """Return title and description of the fields of a case, by schema and place in it: ``patient/properties/name``."""
    text = (shipped("schemas") / f"words.{language}.json").read_text(encoding="utf-8")
    words: Mapping[str, Mapping[str, str]] = json.loads(text)
    return words


def all_schemas() -> Iterator[tuple[str, Any]]:
    """Yield every schema with the address by which others refer to it."""
    for name in schema_names():
        schema = json.loads(schema_text(name))
        yield schema["$id"], schema


def bundled_schema(name: str) -> dict[str, Any]:
    """Return a schema that refers to no other: what it needs of others is in its own ``$defs``."""
    found: dict[str, Any] = {}

    def moved(part: Any, home: str) -> Any:
        if isinstance(part, list):
            return [moved(each, home) for each in part]
        if not isinstance(part, dict):
            return part
        return {key: reference(value, home) if key == "$ref" else moved(value, home) for key, value in part.items()}

    def reference(target: str, home: str) -> str:
        file, _, pointer = target.partition("#")
        owner = file.removesuffix(_SUFFIX) or home
        if owner == name:
            return f"#{pointer}"
        steps = pointer.split("/")[1:]
        key = ".".join([owner, *(step for step in steps if step not in ("$defs", "properties"))])
        if key not in found:
            found[key] = {}  # it may refer to itself
            part = reduce(getitem, steps, json.loads(schema_text(owner)))
            found[key] |= moved({word: part[word] for word in part if word not in ("$schema", "$id", "$defs")}, owner)
        return f"#/$defs/{key}"

    bundled: dict[str, Any] = moved(json.loads(schema_text(name)), name)
    return bundled | {"$defs": bundled.get("$defs", {}) | dict(sorted(found.items()))}


def described_schema(name: str) -> Any:
    """Return a schema whose parts have their title and description in other languages, as ``x-lang``."""
    schema = json.loads(schema_text(name))
    for language in ("ja", "zh"):
        for place, texts in field_words(language).items():
            schema_name, *steps = place.split("/")
            if schema_name == name:
                reduce(getitem, steps, schema).setdefault("x-lang", {})[language] = texts
    return schema


def _is_date(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        return _ISO_DATE.fullmatch(value) is not None and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_email(value: object) -> bool:
    return not isinstance(value, str) or _EMAIL.fullmatch(value) is not None


FORMATS: dict[str, Callable[[object], bool]] = {"date": _is_date, "email": _is_email}
