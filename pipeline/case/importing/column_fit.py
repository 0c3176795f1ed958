"""How the cells of a column fit a field: the conversions that they need, and the rows that do not fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pipeline.case.importing.cell_values import convert_cell
from pipeline.case.importing.cells import Cell, CellError, comparable, normalise
from pipeline.case.importing.column_mapping import Column, TableMapping
from pipeline.case.importing.dates import parse_date
from pipeline.case.importing.field_types import find_field
from pipeline.case.importing.headers import Target, surnames
from pipeline.formats.json.schema_files import FORMATS

#: Formats that read the same text as different days, and others. One is proposed only if the others read none.
_FORMATS = (("%d/%m/%Y", "%m/%d/%Y"), ("%d.%m.%Y", "%m.%d.%Y"), ("%d-%m-%Y", "%m-%d-%Y"), ("%Y%m%d",))
_CHINESE_MOBILE = re.compile(r"1[0-9]{10}")
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_DIRECTORY_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
#: Fields with an entry in the directory.
DIRECTORY = ("/hospital", "/guarantor")
_IN_CHARACTERS = ("chinese", "chinese_surname")
_IN_CAPITALS = ("surname", "given_names", "number", "resident_id")
_WORDS_OF_A_NAME = 2


@dataclass(frozen=True, slots=True)
class ColumnFit:
    """The keys of the mapping that a column needs, and how many of its filled cells do not fit the field."""

    keys: Mapping[str, Any] = field(default_factory=dict)
    misfits: int = 0
    filled: int = 0

    @property
    def is_good(self) -> bool:
        """True if at most half of the cells do not fit: the import reports each of them."""
        return self.misfits * 2 <= self.filled


def fit_column(target: Target, cells: Sequence[Cell], rules: TableMapping) -> ColumnFit:
    """Return the best way in which cells can fill a field."""
    filled = [cell for cell in cells if normalise(cell.value)]
    fits = [
        ColumnFit(keys, sum(not _fits(cell, target, keys, rules) for cell in filled), len(filled))
        for keys in _variants(target, filled)
    ]
    return min(fits, key=lambda fit: fit.misfits)  # the first of equals


def find_date_formats(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Return the formats that the dates in text cells need, where only one reading of day and month is possible."""
    texts = [normalise(cell.value) for cell in cells if isinstance(cell.value, str) and cell.kind == "value"]
    formats: list[str] = []
    for alternatives in _FORMATS:
        read = {form: {text for text in texts if _is_date(text, form)} for form in alternatives}
        every = set().union(*read.values())
        possible = [form for form in alternatives if every and read[form] == every]
        formats += possible if len(possible) == 1 else []
    return tuple(formats)


def _is_date(text: str, form: str) -> bool:
    with suppress(CellError):
        parse_date(text, ())
        return False
    with suppress(CellError):
        parse_date(text, (form,))
        return True
    return False


def _variants(target: Target, cells: Sequence[Cell]) -> Iterator[dict[str, Any]]:
    """Yield combinations of keys for a column, the simplest first."""
    name = target.to.rpartition("/")[2]
    digits: dict[str, Any] = {"digits": True} if any(_is_number(cell) for cell in cells) else {}
    if name in ("phone", "mobile"):
        is_chinese = cells and all(_CHINESE_MOBILE.fullmatch(_text(cell)) for cell in cells)
        yield {**digits, "text": "+86 {}"} if is_chinese else {}
        return
    if target.pointer == "/case_id":
        for case in ({}, {"case": "lower"}):
            yield from ({**digits, **case}, {**digits, **case, "text": "case-{}"})
        return
    if name == "name":
        order = _order_of_names(cells)
        for case in ({}, {"case": "upper"}):
            yield {**({"order": order} if order else {}), **case}
        return
    yield {}
    if name in _IN_CAPITALS:
        yield {"case": "upper"}


def _order_of_names(cells: Sequence[Cell]) -> str | None:
    """Return the order of names, of which common surnames are evidence; None if all have a comma."""
    names = [comparable(cell.value).upper().split() for cell in cells]
    names = [words for words in names if len(words) >= _WORDS_OF_A_NAME and not {",", "/"} & {*" ".join(words)}]
    first, last = ([words[place] in surnames() for words in names] for place in (0, -1))
    if not names:
        return None
    return "given-names-first" if sum(last) > sum(first) else "surname-first"


def is_order_certain(cells: Sequence[Cell]) -> bool:
    """Return True if each name shows its order: by a comma, or by a common surname at one end only."""
    names = [comparable(cell.value).upper() for cell in cells if normalise(cell.value)]
    names = [name for name in names if not {",", "/"} & {*name}]
    words = [name.split() for name in names]
    ends = {(each[0] in surnames(), each[-1] in surnames()) for each in words} - {(True, True)}
    return not words or (len(ends) == 1 and ends != {(False, False)})


def _fits(cell: Cell, target: Target, keys: Mapping[str, Any], rules: TableMapping) -> bool:
    pointer = target.pointer
    if target.step:
        pointer = f"{pointer.rpartition('/')[0]}/*/date"
    found = find_field(pointer)
    try:
        value = convert_cell(cell, Column("", pointer, **keys), rules, found)
    except CellError:
        return False
    if isinstance(value, dict) and found and found.shape == "name":
        return all(_is_valid(text, f"{pointer}/{part}") for part, text in value.items())
    return value is None or _is_valid(value, pointer)


def _is_valid(value: Any, pointer: str) -> bool:
    if not isinstance(value, str):
        return True
    name, found = pointer.rpartition("/")[2], find_field(pointer)
    part = found.part if found else {}
    if pointer in DIRECTORY:
        return _DIRECTORY_ID.fullmatch(value) is not None
    if name in _IN_CHARACTERS and not _IDEOGRAPH.search(value):
        return False
    return (
        part.get("minLength", 0) <= len(value) <= part.get("maxLength", len(value))
        and re.search(part.get("pattern", ""), value) is not None
        and value in part.get("enum", [value])
        and all(check(value) for name, check in FORMATS.items() if name == part.get("format"))
    )


def _is_number(cell: Cell) -> bool:
    return isinstance(cell.value, int | float) and not isinstance(cell.value, bool)


def _text(cell: Cell) -> str:
    value = cell.value
    return str(int(value)) if isinstance(value, float) and value.is_integer() else _narrow(value)


def _narrow(value: object) -> str:
    return unicodedata.normalize("NFKC", normalise(value))
