"""Explaining violations of the JSON Schemas in plain words. No message contains a value of the data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from typing import Any, Protocol

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

from pipeline.errors import Problem
from pipeline.formats.json.positions import escape
from pipeline.formats.json.reader import JsonFile, is_plain_key
from pipeline.formats.json.schema_files import FORMATS, all_schemas, schema_text

_LONGEST_EXAMPLE = 90


@cache
def _registry() -> Registry[Any]:
    return Registry().with_resources((address, Resource.from_contents(each)) for address, each in all_schemas())


@cache
def format_checker() -> FormatChecker:
    """Return what checks the formats, and no others."""
    checker = FormatChecker(formats=())
    for name, is_valid in FORMATS.items():
        checker.checks(name)(is_valid)
    return checker


@cache
def validator(name: str) -> Draft202012Validator:
    """Return the validator of a schema. It checks formats, and references stay inside ``schemas/``."""
    return Draft202012Validator(json.loads(schema_text(name)), registry=_registry(), format_checker=format_checker())


class Resolver(Protocol):
    """Resolves references in a schema."""

    def lookup(self, ref: str) -> SchemaPart:
        """Return the part that ``ref`` names."""
        ...


class SchemaPart(Protocol):
    """A part of a schema, and the resolver of its references."""

    @property
    def contents(self) -> Any:
        """The part."""
        ...

    @property
    def resolver(self) -> Resolver:
        """The resolver of its references."""
        ...


def find_schema(name: str) -> SchemaPart:
    """Return a schema and the resolver of its references."""
    return _registry().resolver().lookup(json.loads(schema_text(name))["$id"])


def find_violations(json_file: JsonFile, name: str) -> list[Problem]:
    """Return the violations of schema ``name`` in a file, in the order of its lines."""
    errors = sorted(validator(name).iter_errors(json_file.data), key=_precedence)
    problems: dict[tuple[str | None, str], Problem] = {}
    for error in errors:
        for problem in _violations(json_file, error):
            # One mistake often violates several keywords; the most specific one is enough.
            about = problem.message if problem.code in _ABOUT_FIELDS else ""
            problems.setdefault((problem.pointer, about), problem)
    return sorted(problems.values(), key=lambda problem: (problem.line or 0, problem.column or 0, problem.message))


_ABOUT_FIELDS = ("schema-required", "schema-unknown-field")
_MOST_SPECIFIC = ("type", "enum", "format", "pattern")


def _precedence(error: ValidationError) -> int:
    keyword = str(error.validator)
    return _MOST_SPECIFIC.index(keyword) if keyword in _MOST_SPECIFIC else len(_MOST_SPECIFIC)


def _violations(json_file: JsonFile, error: ValidationError) -> Iterator[Problem]:
    pointer = "".join(f"/{escape(str(step))}" for step in error.absolute_path)
    if error.validator == "additionalProperties":
        yield from _unknown_fields(json_file, error, pointer)
    elif error.validator == "required":
        yield from _missing_fields(json_file, error, pointer)
    else:
        message = _MESSAGES.get(str(error.validator), _other)(error)
        yield json_file.problem(f"schema-{error.validator}", pointer, message, _hint(_schema_of(error)))


def _unknown_fields(json_file: JsonFile, error: ValidationError, pointer: str) -> Iterator[Problem]:
    known = list(_schema_of(error).get("properties", {}))
    for name in sorted(set(_instance(error)) - set(known)):
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
        field = f"the field {name!r}" if is_plain_key(name) else "a field of this name"
        message = f"{field} is not allowed here"
        yield json_file.problem("schema-unknown-field", f"{pointer}/{escape(name)}", message, hint, at_key=True)


def _missing_fields(json_file: JsonFile, error: ValidationError, pointer: str) -> Iterator[Problem]:
    properties = _schema_of(error).get("properties", {})
    for name in _expected(error):
        if name not in _instance(error):
            hint = f"add it: {_hint(properties.get(name, {}))}"
            problem = json_file.problem("schema-required", pointer, f"the field {name!r} is missing", hint)
            yield replace(problem, args={"field": name})


def _expected(error: ValidationError) -> Any:
    """Return the value of the violated keyword."""
    return error.validator_value


def _instance(error: ValidationError) -> Any:
    """Return the part of the data that violates it; only its keys are used."""
    return error.instance


def _schema_of(error: ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, Mapping) else {}


def _hint(schema: Mapping[str, Any]) -> str:
    """Return the description of the field in the schema, with its first example."""
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
    return f"this violates the schema's keyword {error.validator!r}"


_MESSAGES: dict[str, Callable[[ValidationError], str]] = {
    "type": _type,
    "format": _format,
    "enum": lambda error: f"this must be one of: {', '.join(map(str, _expected(error)))}",
    "pattern": lambda _error: "this does not have the form that the field requires",
    "minLength": lambda _error: "this is too short",
    "maxLength": lambda error: f"this is longer than {_expected(error)} characters",
    "minItems": lambda error: f"the list is shorter than {_expected(error)}",
    "maxItems": lambda error: f"the list is longer than {_expected(error)}",
    "maxContains": lambda error: f"only {_expected(error)} entry of the list may be of this kind",
    "minimum": lambda error: f"this is less than {_expected(error)}",
    "maximum": lambda error: f"this is more than {_expected(error)}",
    "uniqueItems": lambda _error: "the list has the same entry twice",
    "not": lambda _error: "this is a name that cannot be used",
}
