"""The form of a case: its fields by section, made from the schema, with their words and values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pipeline.case.directory import Kind
from pipeline.formats.json.violations import find_schema
from pipeline.language import Language
from pipeline.run.case_folder.fields import CaseField, find_field, value_at
from pipeline.run.case_folder.offer import Offer

#: The sections of the form. Papers have a screen of their own.
SECTIONS = ("patient", "companions", "condition", "treatment", "hospital", "guarantor", "visa", "tb_screening", "costs")
_OF_DIRECTORY: Mapping[str, Kind] = {"/hospital": "hospital", "/guarantor": "guarantor"}
#: A text that may be longer than this has several lines.
_LONG_TEXT = 200
#: Pages of the documentation, and how a day is written in the file: the browser has its own way to enter one.
_OF_THE_FILE = re.compile(
    r" ?[(（]docs/[^)）]*[)）]| ?Written YYYY-MM-DD\.|, YYYY-MM-DD|[^。]*YYYY-MM-DD[^。]*書きます。"
    r"|，(?:格式为|写作) YYYY-MM-DD(?=。)|(?<=。)(?:格式为|写作) YYYY-MM-DD。|（YYYY-MM-DD）"
)
_YES_NO: Mapping[Language, tuple[str, str]] = {"en": ("yes", "no"), "ja": ("はい", "いいえ"), "zh": ("是", "否")}

Input = Literal["text", "long", "date", "number", "choice", "group", "list", "values"]


@dataclass(frozen=True, slots=True)
class FormField:
    """A field, a group of fields, or a list. ``value`` is what the input shows, ``choices`` are by value.

    ``parts`` are the fields of a group, and the entries of a list. Fields that are not usual are shown on demand.
    """

    pointer: str
    title: str
    about: str
    input: Input
    required: bool = False
    value: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[FormField, ...] = ()
    is_usual: bool = True

    @property
    def id(self) -> str:
        """The name of the input on the page."""
        return self.pointer.strip("/").replace("/", ".")

    @property
    def is_empty(self) -> bool:
        """True if nothing is filled in, in any part."""
        return not self.value and all(part.is_empty for part in self.parts)


@dataclass(frozen=True, slots=True)
class CaseForm:
    """Makes the form of a case with these data."""

    data: Any
    language: Language
    offer: Offer

    def sections(self) -> Iterator[FormField]:
        """Yield the sections of the form."""
        required = find_schema("case").contents["required"]
        for name in SECTIONS:
            yield self._field(f"/{name}", required=name in required)

    def _field(self, pointer: str, *, required: bool) -> FormField:
        about, value = find_field(pointer), value_at(self.data, pointer)
        if pointer in _OF_DIRECTORY and not isinstance(value, dict):
            names = self.offer.names(_OF_DIRECTORY[pointer])
            if names or value is not None:  # without a directory, its fields are written here
                return self._leaf(about, value, required=required, kind="choice", choices=names)
        if about.schema.get("properties"):
            parts = (self._field(f"{pointer}/{name}", required=name in _required(pointer)) for name in _names(about))
            shown = tuple(replace(part, is_usual=part.pointer.rpartition("/")[2] in about.parts) for part in parts)
            return self._group(about, shown, "group", required=required)
        if about.is_list:
            return self._list(about, value, required=required)
        choices = self._choices(about)
        return self._leaf(about, value, required=required, kind=_input(about, choices), choices=choices)

    def _list(self, about: CaseField, value: Any, *, required: bool) -> FormField:
        count = len(value) if isinstance(value, list) else 0
        of_values = not find_field(f"{about.pointer}/0").schema.get("properties")
        if of_values:  # room for all that are needed, and one more
            count = max(min(count + 1, about.schema.get("maxItems", count + 1)), about.schema.get("minItems", 0))
        entries = tuple(self._field(f"{about.pointer}/{index}", required=False) for index in range(count))
        return self._group(about, entries, "values" if of_values else "list", required=required)

    def _group(self, about: CaseField, parts: tuple[FormField, ...], kind: Input, *, required: bool) -> FormField:
        text = "" if kind == "group" and about.pointer.count("/") > 1 else about.description(self.language)
        return FormField(about.pointer, about.title(self.language), _for_page(text), kind, required, parts=parts)

    def _leaf(
        self, about: CaseField, value: Any, *, required: bool, kind: Input, choices: Mapping[str, str]
    ) -> FormField:
        shown = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        known = {**choices, shown: shown} if choices and shown and shown not in choices else choices
        # An example shows how to write; nothing is written into a choice or a date.
        text = about.description(self.language) if kind in {"choice", "date"} else about.about(self.language)
        return FormField(about.pointer, about.title(self.language), _for_page(text), kind, required, shown, known)

    def _choices(self, about: CaseField) -> Mapping[str, str]:
        if about.schema.get("type") == "boolean":
            yes, no = _YES_NO[self.language]
            return {"true": yes, "false": no}
        return about.choices(self.language)


def _for_page(text: str) -> str:
    """Return a description without what it says to people who write the file."""
    return _OF_THE_FILE.sub("", text).strip()


def _names(about: CaseField) -> list[str]:
    return [name for name in about.schema["properties"] if name != "$schema"]


def _required(pointer: str) -> tuple[str, ...]:
    return tuple(find_field(pointer).schema.get("required", ()))


def _input(about: CaseField, choices: Mapping[str, str]) -> Input:
    if choices:
        return "choice"
    match about.schema.get("type"), about.schema.get("format"):
        case "string", "date":
            return "date"
        case "integer", _:
            return "number"
    return "long" if about.schema.get("maxLength", 0) > _LONG_TEXT else "text"
