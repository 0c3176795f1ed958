"""The mapping: which column goes to which field. What a key means stands in ``schemas/mapping.schema.json``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import msgspec

from pipeline.errors import CaseError, Problem
from pipeline.formats.json.reader import JsonFile, read_json
from pipeline.formats.json.schema import check_schema


class Meaning(msgspec.Struct, frozen=True):
    """A word of the table and its value in a case."""

    cell: str
    value: Any


class Column(msgspec.Struct, frozen=True, rename={"header": "column"}):
    """A column and the field that it fills."""

    header: str
    to: str
    type: Literal["text", "date", "integer"] = "text"
    digits: bool = False
    values: tuple[Meaning, ...] = ()
    text: str = "{}"


class Constant(msgspec.Struct, frozen=True):
    """A field that is the same in every case."""

    to: str
    value: Any


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What fills an object: the case, or an entry of a list."""

    columns: tuple[Column, ...]
    constants: tuple[Constant, ...] = ()
    lists: tuple[Entries, ...] = ()


class Entries(Part, frozen=True, kw_only=True):
    """Entries of a list in columns of their own."""

    to: str
    times: int = 1


class Mapping(Part, frozen=True, kw_only=True):
    """The whole file."""

    sheet: str | None = None
    header_row: int = 1
    date_formats: tuple[str, ...] = ("%Y-%m-%d",)


def read_mapping(path: Path) -> tuple[Mapping, JsonFile]:
    """The mapping at ``path``, and its text to name places in. Raises CaseError with all problems."""
    document = read_json(path)
    problems = check_schema(document, "mapping")
    if not problems:
        mapping = msgspec.convert(document.fields, Mapping)
        problems = [*_repeated(mapping, document), *_without_id(mapping, document)]
    if problems:
        raise CaseError(problems)
    return mapping, document


def _repeated(part: Part, document: JsonFile, place: str = "") -> Iterator[Problem]:
    """A problem for each field that is filled twice, or filled and filled into; a list may be filled often."""
    lists = {entries.to: f"{place}/lists/{index}/to" for index, entries in enumerate(part.lists)}
    targets = [
        *((column.to, f"{place}/columns/{index}/to") for index, column in enumerate(part.columns)),
        *((constant.to, f"{place}/constants/{index}/to") for index, constant in enumerate(part.constants)),
        *lists.items(),
    ]
    for (one, _), (other, where) in pairwise(sorted(targets)):
        if other == one or other.startswith(f"{one}/"):
            message = "another entry of the mapping fills this field, or one around it"
            yield document.problem("mapping-repeated", where, message, "remove one of them")
    for index, entries in enumerate(part.lists):
        yield from _repeated(entries, document, f"{place}/lists/{index}")


def _without_id(mapping: Mapping, document: JsonFile) -> Iterator[Problem]:
    if not any(column.to == "/case_id" for column in mapping.columns):
        message, hint = "no column fills /case_id", "add the column that numbers the cases"
        yield document.problem("mapping-case-id", "/columns", message, hint)
