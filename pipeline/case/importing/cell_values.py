"""Convert cells to values of a case, without guessing: an ambiguous cell is an error."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from typing import Any

from pipeline.case.importing.cells import Cell, CellError, comparable, normalise
from pipeline.case.importing.column_mapping import Column, TableMapping
from pipeline.case.importing.dates import parse_date
from pipeline.case.importing.field_types import FieldType, item_type
from pipeline.case.importing.vocabulary import choices, is_absent, translate

#: Number of digits that a spreadsheet stores.
_MOST_DIGITS = 15
#: A long number as a spreadsheet exports it.
_SHORTENED = re.compile(r"-?[0-9]+(\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_WHOLE = re.compile(r"-?[0-9]{1,15}")
#: What is left of an invisible character when a table has been through several programs.
_CODE = re.compile(r"_x(00[01][0-9A-F]|20[0-6][0-9A-F]|FEFF)_", re.IGNORECASE)

#: Shapes of fields whose cells are words with a meaning.
_TRANSLATED = ("words", "boolean", "languages")
#: Between the entries of a list in one cell.
_AFTER_WORD = re.compile(r"[;；,，、\n]")
_AFTER_SENTENCE = re.compile(r"[;；\n]")
_SHORT = 10
#: Between surname and given names, whatever their order.
_AFTER_SURNAME = re.compile(r"[,/]")
_NAME_PARTS = 2

#: Messages of the kinds of cells that no field takes.
_REJECTED = {"formula": "cell-formula", "error": "cell-error", "unreadable": "cell-number/unreadable"}


def convert_cell(cell: Cell, column: Column, mapping: TableMapping, field: FieldType | None = None) -> Any:
    """Return the value of a case, or None for an empty cell. Raise CellError.

    ``field`` is the field that the column fills, if there is one of this name. The value of a name in one column is
    an object with its parts.
    """
    kind = "unreadable" if _is_too_large(cell) else cell.kind
    if kind in _REJECTED:
        raise CellError(_REJECTED[kind])
    if normalise(cell.value) == "":
        return None
    known = {comparable(meaning.cell): meaning.value for meaning in column.values}
    word = _word(cell)
    if word in known:
        return known[word]
    value = translate(field, word) if field else None
    if value is not None or is_absent(word, mapping.absent):
        return value
    return _converted(cell, column, mapping, field)


def _converted(cell: Cell, column: Column, mapping: TableMapping, field: FieldType | None) -> Any:
    """Return the value of a cell that is no known word."""
    shape = column.type or (field.shape if field else "text")
    if shape == "date":
        return _date(cell, mapping.date_formats).isoformat()
    if shape == "integer":
        return _integer(cell)
    if field and shape == "list":
        return _entries(cell, column, mapping, item_type(field))
    if field and shape == "languages" and mapping.language:
        return {mapping.language: _text(cell, column)}
    if column.values or shape in _TRANSLATED:
        words = [meaning.cell for meaning in column.values] or (choices(field) if field else [])
        raise CellError("cell-value", words=", ".join(words))
    text = column.text.replace("{}", _in_case(_text(cell, column), column))
    return split_name(text, column.order) if shape == "name" else text


def _entries(cell: Cell, column: Column, mapping: TableMapping, item: FieldType) -> list[Any]:
    """Return the entries of a list in one cell. Only between short ones is a comma a separator."""
    is_short = item.shape != "text" or item.part.get("maxLength", _SHORT + 1) <= _SHORT
    texts = (_AFTER_WORD if is_short else _AFTER_SENTENCE).split(_text(cell, column))
    parts = [convert_cell(Cell(cell.row, cell.column, text), Column("", column.to), mapping, item) for text in texts]
    return [part for part in parts if part is not None]


def _in_case(text: str, column: Column) -> str:
    return text.upper() if column.case == "upper" else text.lower() if column.case == "lower" else text


def split_name(text: str, order: str | None) -> dict[str, str]:
    """Return surname and given names. A comma or slash is after the surname, whatever the order. Raise CellError."""
    words = comparable(text).split()
    parts = [part.strip() for part in _AFTER_SURNAME.split(" ".join(words))]
    if len(parts) == 1 and order is not None:
        parts = [words[0], " ".join(words[1:])] if order == "surname-first" else [words[-1], " ".join(words[:-1])]
        if not parts[1]:
            raise CellError("cell-name/one")
    if len(parts) != _NAME_PARTS or not parts[0]:
        raise CellError("cell-name")
    return {"surname": parts[0], **({"given_names": parts[1]} if parts[1] else {})}


def _is_too_large(cell: Cell) -> bool:
    """Return True for a number with an exponent, as a CSV file has it, that no spreadsheet can store."""
    text = normalise(cell.value) if isinstance(cell.value, str) else ""
    return _SHORTENED.fullmatch(text) is not None and math.isinf(float(text))


def _text(cell: Cell, column: Column) -> str:
    value = cell.value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _digits(value, cell, column)
    if cell.kind != "value":
        raise CellError("cell-date/text")
    if _SHORTENED.fullmatch(normalise(value)):
        raise CellError("cell-number/shortened")
    if _CODE.search(str(value)):
        raise CellError("text-character/code")
    return normalise(value)


def _digits(value: float, cell: Cell, column: Column) -> str:
    """Return a number as text if none of its digits can be lost."""
    if value != int(value) or value < 0:
        raise CellError("cell-number/fraction")
    if len(str(int(value))) > _MOST_DIGITS:
        raise CellError("cell-number/long", digits=_MOST_DIGITS)
    if not (column.digits or cell.zeros):
        raise CellError("cell-number/zeros")
    return str(int(value)).zfill(cell.zeros)


def _word(cell: Cell) -> str:
    value = cell.value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    word = comparable(value)
    return word.upper() if isinstance(value, bool) else word


def _integer(cell: Cell) -> int:
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value):
        if abs(value) >= 10**_MOST_DIGITS:
            raise CellError("cell-number/long", digits=_MOST_DIGITS)
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(normalise(value)):
        return int(normalise(value))
    if isinstance(value, str) and _SHORTENED.fullmatch(normalise(value)):
        raise CellError("cell-number/shortened")
    raise CellError("cell-integer")


def _date(cell: Cell, formats: Sequence[str]) -> dt.date:
    if cell.kind == "date":
        return dt.date.fromisoformat(str(cell.value))
    if cell.kind == "time":
        raise CellError("cell-date/time")
    if not isinstance(cell.value, str):
        raise CellError("cell-date/number")
    return parse_date(normalise(cell.value), formats)
