"""Convert cells to values of a case, without guessing: an ambiguous cell is an error."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from pipeline.case.importing.cells import Cell, CellError
from pipeline.case.importing.column_mapping import Column

#: Number of digits that a spreadsheet stores.
_MOST_DIGITS = 15
#: A long number as a spreadsheet exports it.
_SHORTENED = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_AS_TEXT = "format the column as text, then type the number again from the original document"


def convert_cell(cell: Cell, column: Column, date_formats: Sequence[str]) -> Any:
    """Return the value of a case, or None for an empty cell. Raise CellError."""
    if cell.is_formula:
        message = "the cell contains a formula, whose last result may be out of date"
        raise CellError("cell-formula", message, "copy the column and paste it as values")
    if cell.is_error:
        raise CellError("cell-error", "the cell contains an error of the spreadsheet", "type the value")
    if normalise(cell.value) == "":
        return None
    if column.values:
        return _translate(cell, column)
    if column.type == "date":
        return _date(cell, date_formats).isoformat()
    if column.type == "integer":
        return _integer(cell)
    return column.text.replace("{}", _text(cell, column))


def normalise(value: object) -> str:
    """Return text without surrounding whitespace, and in half-width characters if those are all it needs."""
    text = "" if value is None else str(value).strip()
    narrow = unicodedata.normalize("NFKC", text)
    return narrow if narrow.isascii() else text


def _text(cell: Cell, column: Column) -> str:
    value = cell.value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _digits(value, cell, column)
    if not isinstance(value, str):
        message = "the cell contains a date or a time, but the field is text"
        raise CellError("cell-date", message, 'set the type "date" in the mapping, or format the cell as text')
    if _SHORTENED.fullmatch(normalise(value)):
        raise CellError("cell-number", "the spreadsheet has shortened this number; its last digits are lost", _AS_TEXT)
    return normalise(value)


def _digits(value: float, cell: Cell, column: Column) -> str:
    """Return a number as text if none of its digits can be lost."""
    if value != int(value) or value < 0:
        message = "the cell contains a negative or fractional number, but the field is text"
        raise CellError("cell-number", message, _AS_TEXT)
    if len(str(int(value))) > _MOST_DIGITS:
        message = f"the cell contains a number of more than {_MOST_DIGITS} digits; a spreadsheet loses the last ones"
        raise CellError("cell-number", message, _AS_TEXT)
    if not (column.digits or cell.zeros):
        message = "the cell contains a number, but the field is text; leading zeros may be lost"
        raise CellError("cell-number", message, f'{_AS_TEXT}; or set "digits" in the mapping if zeros cannot lead')
    return str(int(value)).zfill(cell.zeros)


def _translate(cell: Cell, column: Column) -> Any:
    known = {normalise(meaning.cell): meaning.value for meaning in column.values}
    value = cell.value
    word = str(int(value)) if isinstance(value, float) and value.is_integer() else normalise(value)
    word = word.upper() if isinstance(value, bool) else word
    if word not in known:
        hint = f"use one of {', '.join(known)}; or add the word to the mapping"
        raise CellError("cell-value", "the mapping has no value for this word", hint)
    return known[word]


def _integer(cell: Cell) -> int:
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value):
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(normalise(value)):
        return int(normalise(value))
    raise CellError("cell-integer", "this is not a whole number", "type digits only")


def _date(cell: Cell, formats: Sequence[str]) -> dt.date:
    value = cell.value
    if isinstance(value, dt.datetime):
        if value.time() != dt.time():
            raise CellError("cell-date", "the date has a time of day", "type the date only")
        return value.date()
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str):
        message = "the cell contains a number or a time, but the field is a date"
        raise CellError("cell-date", message, "format the cell as a date, and check that the date is correct")
    return _parse_date(unicodedata.normalize("NFKC", value).strip(), formats)


def _parse_date(text: str, formats: Sequence[str]) -> dt.date:
    dates = set()
    for form in formats:
        try:
            dates.add(dt.datetime.strptime(text, form).date())  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
    if not dates:
        hint = f"use one of {', '.join(formats)}; or add the format to date_formats of the mapping"
        raise CellError("cell-date", "this is not a date in a format of the mapping", hint)
    if len(dates) > 1:
        hint = "write the year first, or remove one of the formats from date_formats"
        raise CellError("cell-date", "two date formats of the mapping read different dates here", hint)
    return dates.pop()
