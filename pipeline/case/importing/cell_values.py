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
_TOO_LONG = f"the cell contains a number of more than {_MOST_DIGITS} digits; a spreadsheet loses the last ones"
_LOST_DIGITS = "the spreadsheet has shortened this number; its last digits are lost"
#: A long number as a spreadsheet exports it.
_SHORTENED = re.compile(r"-?[0-9]+(\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_WHOLE = re.compile(r"-?[0-9]{1,15}")
#: What is left of an invisible character when a table has been through several programs.
_CODE = re.compile(r"_x(00[01][0-9A-F]|20[0-6][0-9A-F]|FEFF)_", re.IGNORECASE)
_AS_TEXT = "format the column as text, then type the number again from the original document"

#: Shapes of fields whose cells are words with a meaning.
_TRANSLATED = ("words", "boolean", "languages")
#: Between the entries of a list in one cell.
_AFTER_WORD = re.compile(r"[;；,，、\n]")
_AFTER_SENTENCE = re.compile(r"[;；\n]")
_SHORT = 10
#: Between surname and given names, whatever their order.
_AFTER_SURNAME = re.compile(r"[,/]")
_NAME_PARTS = 2

#: Kinds of cells that no field takes: code, message and hint.
_REJECTED = {
    "formula": (
        "cell-formula",
        "the cell contains a formula, whose last result may be out of date",
        "copy the column and paste it as values; in a CSV file, type the value instead of the formula",
    ),
    "error": ("cell-error", "the cell contains an error of the spreadsheet", "type the value"),
    "unreadable": ("cell-number", "the cell contains something that is no number, or a number too large", _AS_TEXT),
}


def convert_cell(cell: Cell, column: Column, mapping: TableMapping, field: FieldType | None = None) -> Any:
    """Return the value of a case, or None for an empty cell. Raise CellError.

    ``field`` is the field that the column fills, if there is one of this name. The value of a name in one column is
    an object with its parts.
    """
    kind = "unreadable" if _is_too_large(cell) else cell.kind
    if kind in _REJECTED:
        raise CellError(*_REJECTED[kind])
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
        hint = f"use one of {', '.join(words)}; or add the word to values of the mapping"
        raise CellError("cell-value", "no value is known for this word", hint)
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
            message = "the cell contains one word, not a surname and given names"
            raise CellError("cell-name", message, "write SURNAME, GIVEN NAMES; for a passport with one name: NAME,")
    if len(parts) != _NAME_PARTS or not parts[0]:
        message = "the cell does not say which part of the name is the surname"
        hint = 'write SURNAME, GIVEN NAMES with a comma; or set "order" in the mapping'
        raise CellError("cell-name", message, hint)
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
        message = "the cell contains a date or a time, but the field is text"
        raise CellError("cell-date", message, 'set the type "date" in the mapping, or format the cell as text')
    if _SHORTENED.fullmatch(normalise(value)):
        raise CellError("cell-number", _LOST_DIGITS, _AS_TEXT)
    if _CODE.search(str(value)):
        message = "the cell contains the code of an invisible character, such as _x000D_"
        raise CellError("text-character", message, "delete it from the cell")
    return normalise(value)


def _digits(value: float, cell: Cell, column: Column) -> str:
    """Return a number as text if none of its digits can be lost."""
    if value != int(value) or value < 0:
        message = "the cell contains a negative or fractional number, but the field is text"
        raise CellError("cell-number", message, _AS_TEXT)
    if len(str(int(value))) > _MOST_DIGITS:
        raise CellError("cell-number", _TOO_LONG, _AS_TEXT)
    if not (column.digits or cell.zeros):
        message = "the cell contains a number, but the field is text; leading zeros may be lost"
        raise CellError("cell-number", message, f'{_AS_TEXT}; or set "digits" in the mapping if zeros cannot lead')
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
            raise CellError("cell-number", _TOO_LONG, _AS_TEXT)
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(normalise(value)):
        return int(normalise(value))
    if isinstance(value, str) and _SHORTENED.fullmatch(normalise(value)):
        raise CellError("cell-number", _LOST_DIGITS, _AS_TEXT)
    raise CellError("cell-integer", "this is not a whole number", "type digits only")


def _date(cell: Cell, formats: Sequence[str]) -> dt.date:
    if cell.kind == "date":
        return dt.date.fromisoformat(str(cell.value))
    if cell.kind == "time":
        raise CellError("cell-date", "the cell contains a time of day, but the field is a date", "type the date only")
    if not isinstance(cell.value, str):
        message = "the cell contains a number, but the field is a date"
        raise CellError("cell-date", message, "format the cell as a date, and check that the date is correct")
    return parse_date(normalise(cell.value), formats)
