"""The fields of a case by their JSON pointer: their words, what may be answered, and the value of an answer."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from pipeline.case.importing import field_types
from pipeline.case.importing.dates import iso_date
from pipeline.case.importing.vocabulary import translate
from pipeline.errors import InputError, Problem
from pipeline.formats.json.schema_files import FORMATS
from pipeline.formats.json.violations import SchemaPart, describe, find_schema
from pipeline.formats.messages import worded_problem, words
from pipeline.language import LANGUAGES, Language
from pipeline.resources import read_data

#: A longer example is not printed.
_LONGEST_EXAMPLE = 88
#: The numbers of entries have no more digits than this.
_MOST_DIGITS = 9
_YES, _NO = ("y", "yes", "true", "是", "はい"), ("n", "no", "false", "否", "いいえ")


@dataclass(frozen=True, slots=True)
class CaseField:
    """A field: its pointer, its description, and what its value may be. ``below`` has its fields or entries."""

    pointer: str
    described: Mapping[str, Any]
    schema: Mapping[str, Any]
    below: SchemaPart
    #: The example of a larger field, in place of description and example.
    example: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """The last step of the pointer."""
        return self.pointer.rpartition("/")[2]

    def title(self, language: Language) -> str:
        """Return the title of the field."""
        described = self.described if "title" in self.described else self.schema
        title: str = described.get("x-lang", {}).get(language, described).get("title", self.name)
        return title

    def description(self, language: Language) -> str:
        """Return the description of the field."""
        described = self.described if "description" in self.described else self.schema
        return str(described.get("x-lang", {}).get(language, described).get("description", ""))

    def about(self, language: Language) -> str:
        """Return the description of the field, with an example."""
        described = self.described if "description" in self.described else self.schema
        examples = (self.example or {}).get("examples", [""])
        is_short = 0 < len(str(examples[0])) <= _LONGEST_EXAMPLE
        return describe(self.example if self.example and is_short else described)[language]

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the fields that make up its value: those that are required, and the given names of a name."""
        properties, required = self.schema.get("properties", {}), self.schema.get("required", ())
        return tuple(name for name in properties if name in required or name == "given_names")

    @property
    def is_list(self) -> bool:
        """True for a list of objects or values."""
        return self.schema.get("type") == "array"

    def choices(self, language: Language) -> dict[str, str]:
        """Return the words that may be answered, by the value in the case; empty if any text may."""
        values = self.schema.get("enum", ())
        if self.name == "mission":
            return {value: read_data("missions")["missions"][value]["name"][language] for value in values}
        tables = read_data("labels")
        names = [self.name, f"{self.pointer.split('/')[-2]}_{self.name}", *tables]
        for name in names:
            table = tables.get(name, {})
            if values and isinstance(table, Mapping) and set(values) <= set(table):
                return {value: table[value][language] for value in values}
        return {value: value for value in values}

    def value_of(self, answer: str) -> Any:
        """Return the value of an answer; one that the field does not take stays a text, for the schema to explain.

        A word that stands for a value in a table, such as 中国, does so here too.
        """
        text = unicodedata.normalize("NFC", answer).strip()
        plain = unicodedata.normalize("NFKC", text)
        kind = field_types.find_field(self.pointer)
        meaning = translate(kind, text) if kind else None
        return self._typed(text, plain) if meaning is None else meaning

    def _typed(self, text: str, plain: str) -> Any:
        """Return the value of a text that is no word of tables; ``plain`` is the text in its simplest characters."""
        if "enum" in self.schema:
            return self._choice(plain)
        match self.schema.get("type"):
            case "boolean":
                return True if plain.lower() in _YES else False if plain.lower() in _NO else text
            case "array" | "object":
                return _json(text)
            case "integer":
                return int(plain) if re.fullmatch(r"-?[0-9]{1,15}", plain) else text
            case "string" if self.schema.get("format") == "date":
                return iso_date(plain)
        return next((each for each in (text, plain, plain.upper()) if self._fits(each)), text)

    def _choice(self, text: str) -> str:
        for language in LANGUAGES:
            for value, label in self.choices(language).items():
                if text.casefold() in (value.casefold(), unicodedata.normalize("NFKC", label).casefold()):
                    return value
        return text

    def _fits(self, text: str) -> bool:
        pattern, form = self.schema.get("pattern"), self.schema.get("format")
        return (pattern is None or re.search(pattern, text) is not None) and (form is None or FORMATS[form](text))


def find_field(pointer: str) -> CaseField:
    """Return the field at a pointer, such as ``/patient/passport/number``. Raise InputError if there is none."""
    below, part = find_schema("case"), {}
    for step in pointer.strip("/").split("/"):
        properties = {name: each for name, each in below.contents.get("properties", {}).items() if name != "$schema"}
        if step.isdecimal() and "items" in below.contents:
            part = below.contents["items"]
        elif step in properties:
            part = properties[step]
        else:
            raise InputError(_unknown(pointer, step, properties))
        below = _target(below, part)
    return CaseField("/" + pointer.strip("/"), part, below.contents, below)


def _unknown(pointer: str, step: str, known: Mapping[str, Any]) -> Problem:
    near = get_close_matches(step, known, n=1)
    hint = words("hints", "near", name=near[0]) if near else words("hints", "known", names=", ".join(known))
    return replace(worded_problem("field-unknown", known=hint), file=pointer)


@dataclass(frozen=True, slots=True)
class _Part:
    contents: Any
    resolver: Any


def _target(schema: SchemaPart, part: Mapping[str, Any]) -> SchemaPart:
    """Return what ``part`` of a schema refers to, or the part itself."""
    reference = part.get("$ref") or part.get("then", {}).get("$ref")
    if reference is None:
        return _Part(part, schema.resolver)
    found = schema.resolver.lookup(reference)
    return _target(found, found.contents) if "$ref" in found.contents else found


def _json(text: str) -> Any:
    """Return the value of a JSON text; what is none stays a text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def with_value(data: Any, pointer: str, value: Any) -> Any:
    """Return ``data`` with a value at a pointer. Objects and lists on the way are created; None removes the field."""
    return _with(data, tuple(pointer.strip("/").split("/")), value)


def with_values(data: Any, values: Mapping[str, Any]) -> Any:
    """Return ``data`` with values at pointers. A pointer names an entry by the place that it has in ``data``."""
    given = {pointer: value for pointer, value in values.items() if value is not None}
    removed = sorted(values.keys() - given.keys(), key=_steps, reverse=True)  # the last entry of a list first
    for pointer in (*given, *removed):
        data = with_value(data, pointer, values[pointer])
    return data


def _steps(pointer: str) -> list[str]:
    """Return the steps of a pointer, to be sorted: the numbers with equally many digits."""
    return [step.zfill(_MOST_DIGITS) if step.isdecimal() else step for step in pointer.split("/")]


def _with(data: Any, steps: tuple[str, ...], value: Any) -> Any:
    if not steps:
        return value
    step, *rest = steps
    if step.isdecimal():
        entries = list(data) if isinstance(data, list) else []
        index = min(int(step), len(entries))
        former = entries[index] if index < len(entries) else None
        entries[index : index + 1] = _entry(_with(former, tuple(rest), value))
        return entries
    fields = dict(data) if isinstance(data, dict) else {}
    inner = _with(fields.get(step), tuple(rest), value)
    return {**fields, step: inner} if inner is not None else {key: fields[key] for key in fields if key != step}


def _entry(value: Any) -> list[Any]:
    return [] if value is None else [value]


def value_at(data: Any, pointer: str) -> Any:
    """Return the value at a pointer, or None if there is none."""
    for step in pointer.strip("/").split("/"):
        if isinstance(data, list) and step.isdecimal() and int(step) < len(data):
            data = data[int(step)]
        elif isinstance(data, dict):
            data = data.get(step)
        else:
            return None
    return data


def parts_of(field: CaseField, *, optional: bool = False) -> Iterator[CaseField]:
    """Yield the fields that make up the value of a field, each with its part of the field's example."""
    example = next(iter(field.described.get("examples", ())), None)
    for name in field.schema.get("properties", ()) if optional else field.parts:
        part = find_field(f"{field.pointer}/{name}")
        if isinstance(example, dict) and name in example and not part.parts:
            part = replace(part, example={"examples": [example[name]]})
        yield part
