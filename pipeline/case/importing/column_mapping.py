"""The mapping of columns to fields. ``schemas/mapping.schema.json`` describes each key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import msgspec

from pipeline.case.importing.cells import ROOM
from pipeline.case.importing.field_types import find_field
from pipeline.errors import CaseError, Problem
from pipeline.formats.json.positions import escape
from pipeline.formats.json.reader import JsonFile, read_json
from pipeline.formats.json.schema import check_schema
from pipeline.formats.messages import worded_problem
from pipeline.language import Language

#: What a column with a whole name in passport letters fills.
NAME_PARTS = ("surname", "given_names")


class Meaning(msgspec.Struct, frozen=True):
    """A word of the table and its value in a case."""

    cell: str
    value: Any


class Column(msgspec.Struct, frozen=True, rename={"header": "column"}):
    """A column and the field that it fills. Without ``type``, the field says how its cells are converted."""

    header: str
    to: str
    type: Literal["text", "date", "integer"] | None = None
    digits: bool = False
    values: tuple[Meaning, ...] = ()
    text: str = "{}"
    case: Literal["upper", "lower"] | None = None
    order: Literal["surname-first", "given-names-first"] | None = None
    unsure: str | None = None

    @property
    def is_used(self) -> bool:
        """True if a field is named, and a person has confirmed it."""
        return bool(self.to) and self.unsure is None


class Constant(msgspec.Struct, frozen=True):
    """A field that is the same in every case."""

    to: str
    value: Any = None
    unsure: str | None = None

    @property
    def is_used(self) -> bool:
        """True if there is a value, and a person has confirmed it."""
        return self.value is not None and self.unsure is None

    def fields(self) -> Iterator[tuple[str, Any]]:
        """Yield each field of the value with its pointer, so that columns may fill others of the same object."""
        yield from _fields(self.to, self.value)


def _fields(pointer: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from _fields(f"{pointer}/{escape(name)}", part)
    else:
        yield pointer, value


class ColumnGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The columns, constants and lists that fill an object: the case, or an entry of a list."""

    columns: tuple[Column, ...]
    constants: tuple[Constant, ...] = ()
    lists: tuple[ListColumns, ...] = ()


class ListColumns(ColumnGroup, frozen=True, kw_only=True):
    """The columns of up to ``times`` entries of a list."""

    to: str
    times: int = 1


class TableMapping(ColumnGroup, frozen=True, kw_only=True):
    """The whole mapping."""

    sheet: str | None = None
    header_row: int = 1
    date_formats: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    language: Language | None = None


def read_mapping(path: Path) -> tuple[TableMapping, JsonFile]:
    """Read the mapping, and its file for the places of problems. Raise CaseError with all problems."""
    json_file = read_json(path)
    return parse_mapping(json_file, "/case_id"), json_file


def parse_mapping(json_file: JsonFile, id_pointer: str) -> TableMapping:
    """Return the mapping in a file, of which a column must fill the id. Raise CaseError with all problems."""
    problems = check_schema(json_file, "mapping")
    if problems:
        raise CaseError(problems)
    mapping = msgspec.convert(json_file.fields, TableMapping)
    problems = list(_repeated_fields(mapping, json_file))
    if not any(column.to == id_pointer and column.is_used for column in mapping.columns):
        problem = worded_problem("mapping-case-id", room=ROOM, field=id_pointer)
        problems.append(json_file.locate(problem, "/columns"))
    if problems:
        raise CaseError(problems)
    return mapping


def unconfirmed_lines(path: Path) -> list[Problem]:
    """Return a warning for each line of a mapping that is not used because nobody has confirmed it."""
    mapping, json_file = read_mapping(path)
    return list(_unconfirmed(mapping, json_file))


def _unconfirmed(group: ColumnGroup, json_file: JsonFile, place: str = "") -> Iterator[Problem]:
    entries: list[tuple[str, Column | Constant]] = [
        *((f"{place}/columns/{index}", column) for index, column in enumerate(group.columns)),
        *((f"{place}/constants/{index}", constant) for index, constant in enumerate(group.constants)),
    ]
    for pointer, entry in entries:
        if entry.unsure is not None:
            problem = worded_problem("mapping-unsure", room=ROOM, reason=entry.unsure)
            yield replace(json_file.locate(problem, pointer), severity="warning")
    for index, entries_of in enumerate(group.lists):
        yield from _unconfirmed(entries_of, json_file, f"{place}/lists/{index}")


def _repeated_fields(group: ColumnGroup, json_file: JsonFile, place: str = "", base: str = "") -> Iterator[Problem]:
    """Report each field that is filled twice, or filled as a whole and in part. A list may have many entries."""
    lists = {entries.to: f"{place}/lists/{index}/to" for index, entries in enumerate(group.lists)}
    targets = [
        *(
            (pointer, f"{place}/columns/{index}/to")
            for index, column in enumerate(group.columns)
            if column.is_used
            for pointer in _filled(column, base)
        ),
        *(
            (pointer, f"{place}/constants/{index}/to")
            for index, constant in enumerate(group.constants)
            if constant.is_used
            for pointer, _ in constant.fields()
        ),
        *lists.items(),
    ]
    for (one, _), (other, where) in pairwise(sorted(targets)):
        if other == one or other.startswith(f"{one}/"):
            yield json_file.locate(worded_problem("mapping-repeated", room=ROOM), where)
    for index, entries in enumerate(group.lists):
        yield from _repeated_fields(entries, json_file, f"{place}/lists/{index}", f"{base}{entries.to}/*")


def _filled(column: Column, base: str) -> tuple[str, ...]:
    """Return the fields that a column fills: one, or the parts of a name."""
    found = find_field(base + column.to)
    return tuple(f"{column.to}/{part}" for part in NAME_PARTS) if found and found.shape == "name" else (column.to,)
