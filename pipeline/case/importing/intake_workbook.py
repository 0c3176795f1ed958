"""Write the workbook to fill in: a row a patient, labels in three languages, and lists of the allowed words."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import Outline
from openpyxl.worksheet.worksheet import Worksheet
from wcwidth import width

from pipeline.case.importing.column_fit import DIRECTORY
from pipeline.case.importing.field_types import FieldType, description, example, find_field, item_type
from pipeline.case.importing.intake import (
    EXAMPLE_IDS,
    EXAMPLE_MARK,
    MARK,
    NOT_READ,
    IntakeSheet,
    field_of,
    intake_sheets,
    is_required,
    title_of_column,
)
from pipeline.case.importing.vocabulary import choices, joined_word
from pipeline.language import Language
from pipeline.resources import read_data, shipped

_POINTERS, _GROUPS, _TITLES, _EXAMPLE, _FIRST = range(1, 6)
_README = "说明 説明 Read me"
_LISTS = "Lists"
#: The case of the example row, among the shipped examples.
_EXAMPLE_CASE = "wang-xiaoming/case.json"
_REQUIRED = "＊"
_LONGEST_PROMPT = 250
_LONGEST_TITLE = 32
_WIDTHS = {"date": 14, "words": 20, "boolean": 14, "languages": 22, "list": 26}
_FONT = "Calibri"
_DARK, _DARKER, _LIGHT, _PALE, _GREY = "2F5597", "1F3864", "FCE4D6", "EAF0F8", "F2F2F2"
_LINE = Side(style="thin", color="BFBFBF")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)


class _Column(NamedTuple):
    """A column of a sheet: its number and field, and what the rows of the sheet become."""

    number: int
    pointer: str
    field: FieldType | None
    schema: str
    kind: str

    @property
    def letter(self) -> str:
        """The letters of the column."""
        return get_column_letter(self.number)


def write_intake(language: Language) -> bytes:
    """Return the workbook to fill in. Its language comes first in the labels, and is that of the texts filled in."""
    book = Workbook()
    _write_readme(book.active, language)  # type: ignore[arg-type]  # a new workbook has a sheet
    lists = book.create_sheet(_LISTS)
    lists.sheet_state = "hidden"
    for sheet in intake_sheets():
        _write_sheet(book.create_sheet(sheet.name, len(book.sheetnames) - 1), sheet, lists, language)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _write_readme(sheet: Worksheet, language: Language) -> None:
    sheet.title = _README
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = 110
    row = 1
    for each in _ordered(language):
        title, *lines = read_data("intake", "case")["readme"][each]
        sheet.cell(row, 1, title).font = Font(name=_FONT, bold=True, size=14, color=_DARK)
        for number, line in enumerate(lines, start=1):
            cell = sheet.cell(row + number, 1, f"{number}. {line}")
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            sheet.row_dimensions[row + number].height = 17 * (1 + width(line) // 118)
        row += len(lines) + 2


def _ordered(language: Language) -> list[Language]:
    return [language, *(each for each in ("zh", "ja", "en") if each != language)]


def _write_sheet(sheet: Worksheet, form: IntakeSheet, lists: Worksheet, language: Language) -> None:
    sheet.row_dimensions[_POINTERS].hidden = True
    sheet.row_dimensions[_GROUPS].height = 22
    sheet.row_dimensions[_TITLES].height = 64
    sheet.row_dimensions[_EXAMPLE].height = 20
    for row, mark in ((_POINTERS, f"{MARK} {language}"), (_GROUPS, NOT_READ), (_TITLES, NOT_READ)):
        sheet.cell(row, 1, mark)
    sheet.cell(_TITLES, 1).value = f"{NOT_READ} {_REQUIRED}=必填/必須/required"
    sheet.cell(_EXAMPLE, 1, f"{EXAMPLE_MARK} 示例 Example")
    sheet.column_dimensions["A"].width = 15
    _style_margin(sheet)
    number = 1
    for index, group in enumerate(form.groups):
        first = number + 1
        for pointer in group.fields:
            number += 1
            schema = form.form.schema
            column = _Column(number, pointer, field_of(pointer, schema), schema, form.form.kind)
            _write_column(sheet, column, language)
            _add_list(sheet, column, form, lists, language)
        heading = sheet.cell(
            _GROUPS, first, " / ".join(dict.fromkeys(group.title[each] for each in _ordered(language)))
        )
        sheet.merge_cells(start_row=_GROUPS, start_column=first, end_row=_GROUPS, end_column=number)
        heading.font, heading.fill = Font(name=_FONT, bold=True, color="FFFFFF"), _fill((_DARK, _DARKER)[index % 2])
        heading.alignment = Alignment(vertical="center", shrink_to_fit=first == number)
        if group.is_folded:
            sheet.column_dimensions.group(
                get_column_letter(first + 1), get_column_letter(number), outline_level=1, hidden=True
            )
    sheet.sheet_properties.outlinePr = Outline(summaryRight=False)
    sheet.freeze_panes = f"{'D' if form.form.schema == 'case' else 'C'}{_FIRST}"


def _style_margin(sheet: Worksheet) -> None:
    for row in (_GROUPS, _TITLES, _EXAMPLE):
        cell = sheet.cell(row, 1)
        cell.font, cell.fill = Font(name=_FONT, size=9, italic=True, color="7F7F7F"), _fill(_GREY)
        cell.alignment = Alignment(wrap_text=True, vertical="center")


def _write_column(sheet: Worksheet, column: _Column, language: Language) -> None:
    sheet.cell(_POINTERS, column.number, column.pointer)
    required = is_required(column.pointer, column.schema)
    names = title_of_column(column.pointer, column.schema)
    lines = list(dict.fromkeys(names[each] for each in _ordered(language)))
    title = sheet.cell(_TITLES, column.number, (_REQUIRED if required else "") + "\n".join(lines))
    title.font, title.fill, title.border = (
        Font(name=_FONT, bold=True, size=10),
        _fill(_LIGHT if required else _PALE),
        _BORDER,
    )
    title.alignment = Alignment(wrap_text=True, vertical="center")
    sample = sheet.cell(_EXAMPLE, column.number, _sample(column))
    sample.font, sample.fill, sample.border = Font(name=_FONT, italic=True, color="7F7F7F"), _fill(_GREY), _BORDER
    shape = column.field.shape if column.field else "text"
    form = {"date": "yyyy-mm-dd", "integer": "0"}.get(shape, "@")
    sample.number_format, sample.alignment = form, Alignment(horizontal="left", vertical="center")
    dimension = sheet.column_dimensions[column.letter]
    dimension.number_format, dimension.alignment = form, Alignment(horizontal="left", vertical="center")
    dimension.width = max(_WIDTHS.get(shape, 18), min(30, 3 + max(map(width, lines))))


def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", start_color=colour)


def _sample(column: _Column) -> Any:
    """Return the value of the example in a column, as people write it."""
    if column.pointer in ("/id", "/case_id"):
        return EXAMPLE_IDS[column.kind]
    if column.pointer in DIRECTORY:
        return EXAMPLE_IDS[column.pointer[1:]]
    if any(part in column.pointer for part in ("/companions/2", "/plans/2", "/plans/3")):
        return None
    part = column.pointer.split("/")[1]
    is_in_example = part == column.kind or (column.kind == "case" and part != "companions")
    value = _in_example(column.pointer) if is_in_example else _in_schema(column)
    return None if value is None else _as_written(value, column.field) if column.field else value


def _in_example(pointer: str) -> Any:
    """Return the value of the shipped example of a case: one case, so that no column contradicts another."""
    value: Any = _example_case()
    steps = iter(pointer.split("/")[1:])
    for step in steps:
        if step == "procedures":
            wanted = next(steps)
            return next((each["date"] for each in value.get(step, ()) if each["step"] == wanted), None)
        value = value[int(step) - 1] if isinstance(value, list) else value.get(step, {})
    return None if value == {} else value


@cache
def _example_case() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((shipped("examples") / _EXAMPLE_CASE).read_text(encoding="utf-8"))
    return found


def _in_schema(column: _Column) -> Any:
    """Return the first example of the field, or its part of that of the object that contains it."""
    above, _, name = column.pointer.rpartition("/")
    whole = find_field(above, column.schema) if column.field else None
    of_whole = example(whole) if whole and whole.shape in ("name", "object", "languages") else None
    value = of_whole.get(name) if isinstance(of_whole, dict) else None
    return example(column.field) if value is None and column.field else value


def _as_written(value: Any, field: FieldType) -> Any:
    if field.shape == "date":
        return date.fromisoformat(value)
    if isinstance(value, list):
        return ", ".join(str(_as_written(each, item_type(field))) for each in value)
    return joined_word(field, value)


def _add_list(sheet: Worksheet, column: _Column, form: IntakeSheet, lists: Worksheet, language: Language) -> None:
    """Add the allowed words of a column as a list, and its description."""
    cells = f"{column.letter}{_FIRST}:{column.letter}{_FIRST + form.rows - 1}"
    source = _source(column, lists)
    rule = DataValidation(type="list", formula1=source, allow_blank=True) if source else DataValidation()
    is_closed = column.field is not None and column.field.shape in ("words", "boolean")
    rule.showErrorMessage = bool(source) and is_closed
    if column.field:
        title = title_of_column(column.pointer, column.schema)[language]
        rule.promptTitle = title[:_LONGEST_TITLE]
        rule.prompt = description(column.field, language)[:_LONGEST_PROMPT]
        rule.showInputMessage = True
    rule.add(cells)
    sheet.add_data_validation(rule)


def _source(column: _Column, lists: Worksheet) -> str | None:
    """Return the cells with the words of a column: ids of another sheet, or a column of the hidden sheet."""
    if column.pointer in DIRECTORY:
        sheet = next(each for each in intake_sheets() if each.form.kind == column.pointer[1:])
        return f"{quote_sheetname(sheet.name)}!$B${_FIRST}:$B${_FIRST + sheet.rows - 1}"
    words = choices(column.field) if column.field and column.field.shape != "list" else []
    if not words:
        return None
    known = {tuple(_words_in(lists, number)): number for number in range(1, lists.max_column + 1)}
    number = known.get(tuple(words)) or (lists.max_column + 1 if lists.cell(1, 1).value else 1)
    for row, word in enumerate(words, start=1):
        lists.cell(row, number, word)
    letter = get_column_letter(number)
    return f"{_LISTS}!${letter}$1:${letter}${len(words)}"


def _words_in(lists: Worksheet, number: int) -> Iterator[str]:
    for row in range(1, lists.max_row + 1):
        if value := lists.cell(row, number).value:
            yield str(value)
