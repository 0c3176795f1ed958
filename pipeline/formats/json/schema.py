"""The JSON Schemas: finding them, checking data against them, saying in own words what is wrong.

No message holds a value of the data, and no ``$ref`` is ever fetched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import Any, Protocol

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

from pipeline.errors import Problem
from pipeline.formats.json.positions import escape
from pipeline.formats.json.reader import JsonFile, is_plain_key
from pipeline.resources import shipped

_SUFFIX = ".schema.json"
#: The form of an address that HTML's input type email accepts, and a dot in the domain.
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_LONGEST_EXAMPLE = 90

FORMATS = FormatChecker(formats=())


@FORMATS.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or (_ISO_DATE.fullmatch(value) is not None and bool(date.fromisoformat(value)))


@FORMATS.checks("email")
def _is_email(value: object) -> bool:
    return not isinstance(value, str) or _EMAIL.fullmatch(value) is not None


def schema_names() -> list[str]:
    """Names of the shipped schemas, such as ``case`` and ``patient``."""
    return sorted(path.name.removesuffix(_SUFFIX) for path in shipped("schemas").glob(f"*{_SUFFIX}"))


@cache
def schema_text(name: str) -> str:
    """Text of one schema. Raises FileNotFoundError when there is none of that name."""
    return (shipped("schemas") / f"{name}{_SUFFIX}").read_text(encoding="utf-8")


@cache
def _registry() -> Registry[Any]:
    contents = (json.loads(schema_text(name)) for name in schema_names())
    return Registry().with_resources((content["$id"], Resource.from_contents(content)) for content in contents)


@cache
def validator(name: str) -> Draft202012Validator:
    """Validator of one schema; formats are checked, references stay inside ``schemas/``."""
    return Draft202012Validator(json.loads(schema_text(name)), registry=_registry(), format_checker=FORMATS)


class Resolver(Protocol):
    """Looks up what a reference in a schema names."""

    def lookup(self, ref: str) -> SchemaPart:
        """What ``ref`` names."""
        ...


class SchemaPart(Protocol):
    """A part of a schema with what its own references are looked up by."""

    @property
    def contents(self) -> Any:
        """The part."""
        ...

    @property
    def resolver(self) -> Resolver:
        """What its references are looked up by."""
        ...


def find_schema(name: str) -> SchemaPart:
    """One schema with what its references are looked up by."""
    return _registry().resolver().lookup(json.loads(schema_text(name))["$id"])


def check_schema(document: JsonFile, name: str) -> list[Problem]:
    """All that is wrong with ``document`` by schema ``name``, in the order of its lines."""
    errors = sorted(validator(name).iter_errors(document.data), key=_telling)
    problems: dict[tuple[str | None, str], Problem] = {}
    for error in errors:
        for problem in _told(document, error):
            # One mistake often breaks several keywords; the most telling one is enough.
            about = problem.message if problem.code in _ABOUT_FIELDS else ""
            problems.setdefault((problem.pointer, about), problem)
    return sorted(problems.values(), key=lambda problem: (problem.line or 0, problem.column or 0, problem.message))


_ABOUT_FIELDS = ("schema-required", "schema-unknown-field")
_TELLING = ("type", "enum", "format", "pattern")


def _telling(error: ValidationError) -> int:
    keyword = str(error.validator)
    return _TELLING.index(keyword) if keyword in _TELLING else len(_TELLING)


def _told(document: JsonFile, error: ValidationError) -> Iterator[Problem]:
    pointer = "".join(f"/{escape(str(step))}" for step in error.absolute_path)
    if error.validator == "additionalProperties":
        yield from _unknown_fields(document, error, pointer)
    elif error.validator == "required":
        yield from _missing_fields(document, error, pointer)
    else:
        message = _MESSAGES.get(str(error.validator), _other)(error)
        yield document.problem(f"schema-{error.validator}", pointer, message, _hint(_schema_of(error)))


def _unknown_fields(document: JsonFile, error: ValidationError, pointer: str) -> Iterator[Problem]:
    known = list(_schema_of(error).get("properties", {}))
    for name in sorted(set(_found(error)) - set(known)):
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
        message = f"there is no field {name!r} here" if is_plain_key(name) else "there is no field of this name"
        yield document.problem("schema-unknown-field", f"{pointer}/{escape(name)}", message, hint, at_key=True)


def _missing_fields(document: JsonFile, error: ValidationError, pointer: str) -> Iterator[Problem]:
    properties = _schema_of(error).get("properties", {})
    for name in _expected(error):
        if name not in _found(error):
            hint = f"add it: {_hint(properties.get(name, {}))}"
            problem = document.problem("schema-required", pointer, f"the field {name!r} is missing", hint)
            yield replace(problem, args={"field": name})


def _expected(error: ValidationError) -> Any:
    """Value of the keyword that was broken."""
    return error.validator_value


def _found(error: ValidationError) -> Any:
    """The part of the data that broke it; only ever looked at for its keys."""
    return error.instance


def _schema_of(error: ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, Mapping) else {}


def _hint(schema: Mapping[str, Any]) -> str:
    """What the schema says the field means, with its first example."""
    description = str(schema.get("description", "")).rstrip(".")
    examples = schema.get("examples") or []
    example = json.dumps(examples[0], ensure_ascii=False) if examples else ""
    parts = [description, f"for example {example}" if 0 < len(example) <= _LONGEST_EXAMPLE else ""]
    return "; ".join(part for part in parts if part) or "see `visa-packet schema`"


_WORDS = {
    "object": "an object",
    "array": "a list",
    "string": "text in quotes",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def _type(error: ValidationError) -> str:
    expected = _expected(error)
    names = [expected] if isinstance(expected, str) else expected
    return f"this must be {' or '.join(_WORDS[name] for name in names)}"


def _format(error: ValidationError) -> str:
    wanted = {"date": "a day of the calendar, written YYYY-MM-DD", "email": "an e-mail address"}
    return f"this is not {wanted[_expected(error)]}"


def _other(error: ValidationError) -> str:
    return f"this breaks the schema's rule {error.validator!r}"


_MESSAGES: dict[str, Callable[[ValidationError], str]] = {
    "type": _type,
    "format": _format,
    "enum": lambda error: f"this must be one of: {', '.join(map(str, _expected(error)))}",
    "pattern": lambda _error: "this does not have the form that the field needs",
    "minLength": lambda _error: "this is too short",
    "maxLength": lambda error: f"this is longer than {_expected(error)} characters",
    "minItems": lambda error: f"the list needs at least {_expected(error)}",
    "maxItems": lambda error: f"the list holds more than {_expected(error)}",
    "maxContains": lambda error: f"only {_expected(error)} entry of the list may be of this kind",
    "minimum": lambda error: f"this is less than {_expected(error)}",
    "maximum": lambda error: f"this is more than {_expected(error)}",
    "uniqueItems": lambda _error: "the list holds the same thing twice",
    "not": lambda _error: "this is a name that cannot be used",
}
