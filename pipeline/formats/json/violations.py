"""Explaining violations of the JSON Schemas in plain words and every language. No message contains a value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
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
from pipeline.formats.json.schema_files import FORMATS, described_schema, schema_names, schema_text
from pipeline.formats.messages import Words, either, has_message, worded_problem, words
from pipeline.language import LANGUAGES, Language

_LONGEST_EXAMPLE = 90


@cache
def _registry() -> Registry[Any]:
    schemas = map(described_schema, schema_names())
    return Registry().with_resources((each["$id"], Resource.from_contents(each)) for each in schemas)


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
    return Draft202012Validator(described_schema(name), registry=_registry(), format_checker=format_checker())


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
    keyword = str(error.validator)
    if keyword == "additionalProperties":
        yield from _unknown_fields(json_file, error, pointer)
    elif keyword == "required":
        yield from _missing_fields(json_file, error, pointer)
    else:
        yield json_file.locate(_violation(error, keyword), pointer)


def _violation(error: ValidationError, keyword: str) -> Problem:
    hint, code = describe(_schema_of(error)), f"schema-{keyword}"
    if keyword == "type":
        expected = _expected(error)
        return worded_problem(
            code, hint, expected=either("types", [expected] if isinstance(expected, str) else expected)
        )
    if keyword == "format":
        return worded_problem(code, hint, expected=words("formats", _expected(error)))
    if keyword == "enum":
        return worded_problem(code, hint, expected=", ".join(map(str, _expected(error))))
    if has_message(code):
        return worded_problem(code, hint, expected=str(_expected(error)))
    return replace(worded_problem("schema-keyword", hint, expected=keyword), code=code)


def _unknown_fields(json_file: JsonFile, error: ValidationError, pointer: str) -> Iterator[Problem]:
    known = list(_schema_of(error).get("properties", {}))
    for name in sorted(set(_instance(error)) - set(known)):
        near = get_close_matches(name, known, n=1)
        hint = words("hints", "near", name=near[0]) if near else words("hints", "known", names=", ".join(known))
        field = words("hints", "field", name=name) if is_plain_key(name) else words("hints", "unnamed")
        problem = worded_problem("schema-unknown-field", hint, field=field)
        yield json_file.locate(problem, f"{pointer}/{escape(name)}", at_key=True)


def _missing_fields(json_file: JsonFile, error: ValidationError, pointer: str) -> Iterator[Problem]:
    properties = _schema_of(error).get("properties", {})
    for name in _expected(error):
        if name not in _instance(error):
            hint = words("hints", "add", about=describe(properties.get(name, {})))
            problem = json_file.locate(worded_problem("schema-required", hint, field=name), pointer)
            yield replace(problem, args={"field": name})


def _expected(error: ValidationError) -> Any:
    """Return the value of the violated keyword."""
    return error.validator_value


def _instance(error: ValidationError) -> Any:
    """Return the part of the data that violates it; only its keys are used."""
    return error.instance


def _schema_of(error: ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, Mapping) else {}


def describe(schema: Mapping[str, Any]) -> Words:
    """Return the description of the field in the schema, with its first example."""
    about: Words = {language: _description(schema, language) for language in LANGUAGES}
    examples = schema.get("examples") or []
    example = json.dumps(examples[0], ensure_ascii=False) if examples else ""
    if 0 < len(example) <= _LONGEST_EXAMPLE:
        return words("hints", "example" if about["en"] else "only-example", about=about, example=example)
    return about if about["en"] else words("hints", "none")


def _description(schema: Mapping[str, Any], language: Language) -> str:
    described = schema.get("x-lang", {}).get(language, schema)
    return str(described.get("description", "")).rstrip(".。")
