"""What stands in a cell becomes a value of a case, or a reason why it cannot: nothing is guessed."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from pipeline.case.importing.cells import Cell, FaultError
from pipeline.case.importing.column_mapping import Column

#: A spreadsheet keeps so many digits of a number.
_MOST_DIGITS = 15
#: How a spreadsheet writes a long number when it exports it.
_SHORTENED = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_AS_TEXT = "format the column as text, then type the number again from the paper"


def value_of(cell: Cell, column: Column, date_formats: Sequence[str]) -> Any:
    """The value of a case; None for a cell in which nothing stands. Raises FaultError."""
    if cell.is_formula:
        message = "a formula stands in the cell; what it gave may be out of date"
        raise FaultError("cell-formula", message, "copy the column and paste it as values")
    if cell.is_error:
        raise FaultError("cell-error", "the cell holds an error of the spreadsheet", "type the value")
    if plain(cell.value) == "":
        return None
    if column.values:
        return _meaning(cell, column)
    if column.type == "date":
        return _day(cell, date_formats).isoformat()
    if column.type == "integer":
        return _integer(cell)
    return column.text.replace("{}", _text(cell, column))


def plain(value: object) -> str:
    """Text without spaces and line ends around it; full-width letters and digits as plain ones where all are such."""
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
        message = "the cell holds a day or a time, and the field is text"
        raise FaultError("cell-date", message, 'set the type "date" in the mapping, or format the cell as text')
    if _SHORTENED.fullmatch(plain(value)):
        raise FaultError("cell-number", "the spreadsheet has shortened this number; its last digits are lost", _AS_TEXT)
    return plain(value)


def _digits(value: float, cell: Cell, column: Column) -> str:
    """A number as text, where none of its digits can be lost."""
    if value != int(value) or value < 0:
        raise FaultError("cell-number", "the cell holds a number that is not whole, and the field is text", _AS_TEXT)
    if len(str(int(value))) > _MOST_DIGITS:
        message = f"the cell holds a number of more than {_MOST_DIGITS} digits; a spreadsheet loses the last ones"
        raise FaultError("cell-number", message, _AS_TEXT)
    if not (column.digits or cell.zeros):
        message = "the cell holds a number where text is wanted; zeros in front may be lost"
        raise FaultError("cell-number", message, f'{_AS_TEXT}; or set "digits" in the mapping if none can stand there')
    return str(int(value)).zfill(cell.zeros)


def _meaning(cell: Cell, column: Column) -> Any:
    known = {plain(meaning.cell): meaning.value for meaning in column.values}
    value = cell.value
    word = str(int(value)) if isinstance(value, float) and value.is_integer() else plain(value)
    word = word.upper() if isinstance(value, bool) else word
    if word not in known:
        hint = f"known: {', '.join(known)}; or add it to the mapping"
        raise FaultError("cell-value", "the mapping does not say what this word means", hint)
    return known[word]


def _integer(cell: Cell) -> int:
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value):
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(plain(value)):
        return int(plain(value))
    raise FaultError("cell-integer", "this is not a whole number", "type digits alone")


def _day(cell: Cell, formats: Sequence[str]) -> dt.date:
    value = cell.value
    if isinstance(value, dt.datetime):
        if value.time() != dt.time():
            raise FaultError("cell-date", "the day has a time of the day", "type the day alone")
        return value.date()
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str):
        message = "the cell holds a number or a time where a day is wanted"
        raise FaultError("cell-date", message, "format the cell as a date, and look whether the day is right")
    return _written_day(unicodedata.normalize("NFKC", value).strip(), formats)


def _written_day(text: str, formats: Sequence[str]) -> dt.date:
    days = set()
    for form in formats:
        try:
            days.add(dt.datetime.strptime(text, form).date())  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    if not days:
        hint = f"known: {', '.join(formats)}; or add the form to date_formats of the mapping"
        raise FaultError("cell-date", "this is no day, or it is written in a way that the mapping does not name", hint)
    if len(days) > 1:
        hint = "write the year first, or leave one of the forms out of date_formats"
        raise FaultError("cell-date", "two of the mapping's date formats read different days here", hint)
    return days.pop()
