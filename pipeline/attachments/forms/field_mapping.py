"""The mapping of a form: which value of the case goes into which field. A JSON file beside the case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from pipeline.attachments.forms.field_values import ExpressionError, Names, chosen, written
from pipeline.errors import AttachmentError, CaseError, Problem
from pipeline.formats.json.positions import escape
from pipeline.formats.json.reader import JsonFile
from pipeline.formats.json.schema import check_schema
from pipeline.language import Language


class Entry(msgspec.Struct, frozen=True):
    """What goes into one field: a ``text`` with tags, or what ``options`` say for the value at ``choose``."""

    text: str | None = None
    language: Language | None = None
    choose: str | None = None
    options: dict[str, str] = {}


class MappingFile(msgspec.Struct, frozen=True):
    """Contents of a mapping. Fields that are ``left_empty`` are filled by hand."""

    fields: dict[str, Entry]
    left_empty: tuple[str, ...] = ()
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Filling:
    """What goes into a form, as the process that fills it takes it; ``empty`` are the fields without a value."""

    mapping: JsonFile
    values: tuple[dict[str, str], ...]
    empty: tuple[str, ...]
    left_empty: tuple[str, ...]

    def asked(self, *, draft: bool = False) -> dict[str, Any]:
        """The same as a plain object. With ``draft``, each page is to bear the mark of a draft."""
        mapped = [*(value["field"] for value in self.values), *self.empty]
        return {"values": list(self.values), "mapped": mapped, "left_empty": list(self.left_empty), "draft": draft}

    def wrong(self, name: str, code: str, message: str) -> Problem:
        """A problem of the mapping at the place of a field."""
        place = f"left_empty/{self.left_empty.index(name)}" if name in self.left_empty else f"fields/{escape(name)}"
        hint = "`visa-packet form inspect` lists the fields of the form, with their kinds and options"
        return self.mapping.problem(code, f"/{place}", f"{name}: {message}", hint)


def read_mapping(document: JsonFile) -> MappingFile:
    """The mapping in a JSON file. Raises AttachmentError with every problem and its place."""
    problems = check_schema(document, "form-mapping")
    if problems:
        raise AttachmentError(problems)
    return msgspec.convert(document.fields, MappingFile)


def filling_of(document: JsonFile, names: Names) -> Filling:
    """What the mapping makes of the values of a case. Raises AttachmentError with every problem and its place."""
    mapping = read_mapping(document)
    values, empty, problems = [], [], []
    for name, entry in mapping.fields.items():
        try:
            value = _value(entry, names)
        except ExpressionError as error:
            pointer = f"/fields/{escape(name)}/{error.field}"
            problems.append(document.problem("form-expression", pointer, f"{name}: {error}", error.hint))
            continue
        if value:
            values.append({"field": name, **value})
        else:
            empty.append(name)
    problems += _twice(document, mapping)
    if problems:
        raise AttachmentError(problems)
    return Filling(document, tuple(values), tuple(empty), mapping.left_empty)


def parsed(read: Any) -> JsonFile:
    """What ``read`` gives, its problems told as those of an attachment."""
    try:
        document: JsonFile = read()
    except CaseError as error:
        raise AttachmentError(error.problems) from None
    return document


def _value(entry: Entry, names: Names) -> dict[str, str]:
    """Text or state for a field; nothing when the case has none."""
    if entry.choose is not None:
        state = chosen(entry.choose, entry.options, names)
        return {} if state is None else {"state": state}
    text = written(entry.text or "", names)
    return {"text": text, "language": entry.language or "ja"} if text else {}


def _twice(document: JsonFile, mapping: MappingFile) -> Iterator[Problem]:
    for index, name in enumerate(mapping.left_empty):
        if name in mapping.fields:
            message, hint = "this field is filled and left empty at once", "take it out of one of the two"
            yield document.problem("form-twice", f"/left_empty/{index}", message, hint)


#: What a form that was filled as a file of its own says of its maker.
OWN_FORM = "visa-packet form fill"
