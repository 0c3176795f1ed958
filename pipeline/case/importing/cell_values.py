"""Convert cells to values of a case, without guessing: an ambiguous cell is an error."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from pipeline.case.importing.cells import Cell, CellError, comparable, normalise
from pipeline.case.importing.column_mapping import Column

#: Number of digits that a spreadsheet stores.
_MOST_DIGITS = 15
_TOO_LONG = f"the cell contains a number of more than {_MOST_DIGITS} digits; a spreadsheet loses the last ones"
_LOST_DIGITS = "the spreadsheet has shortened this number; its last digits are lost"
#: A long number as a spreadsheet exports it.
_SHORTENED = re.compile(r"-?[0-9]+(\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
#: A date format in which two numbers follow each other, such as %Y%m%d.
_JOINED = re.compile(r"%[Ymd]%[Ymd]")
_WHOLE = re.compile(r"-?[0-9]{1,15}")
#: What is left of an invisible character when a table has been through several programs.
_CODE = re.compile(r"_x(00[01][0-9A-F]|20[0-6][0-9A-F]|FEFF)_", re.IGNORECASE)
_AS_TEXT = "format the column as text, then type the number again from the original document"

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


def convert_cell(cell: Cell, column: Column, date_formats: Sequence[str]) -> Any:
    """Return the value of a case, or None for an empty cell. Raise CellError."""
    kind = "unreadable" if _is_too_large(cell) else cell.kind
    if kind in _REJECTED:
        raise CellError(*_REJECTED[kind])
    if normalise(cell.value) == "":
        return None
    if column.values:
        return _translate(cell, column)
    if column.type == "date":
        return _date(cell, date_formats).isoformat()
    if column.type == "integer":
        return _integer(cell)
    return column.text.replace("{}", _text(cell, column))


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


def _translate(cell: Cell, column: Column) -> Any:
    known = {comparable(meaning.cell): meaning.value for meaning in column.values}
    value = cell.value
    word = str(int(value)) if isinstance(value, float) and value.is_integer() else comparable(value)
    word = word.upper() if isinstance(value, bool) else word
    if word not in known:
        hint = f"use one of {', '.join(meaning.cell for meaning in column.values)}; or add the word to the mapping"
        raise CellError("cell-value", "the mapping has no value for this word", hint)
    return known[word]


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
    return _parse_date(unicodedata.normalize("NFKC", normalise(cell.value)), formats)


def _parse_date(text: str, formats: Sequence[str]) -> dt.date:
    dates = set()
    for form in formats:
        try:
            date = dt.datetime.strptime(text, form).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
        if _JOINED.search(form) and date.strftime(form) != text:
            message = "a digit of month or day is missing, so the date could be read in two ways"
            raise CellError("cell-date", message, "type month and day with two digits each")
        dates.add(date)
    if not dates:
        hint = f"use one of {', '.join(formats)}; or add the format to date_formats of the mapping"
        raise CellError("cell-date", "this is not a date in a format of the mapping", hint)
    if len(dates) > 1:
        hint = "write the year first, or remove one of the formats from date_formats"
        raise CellError("cell-date", "two date formats of the mapping read different dates here", hint)
    return dates.pop()
