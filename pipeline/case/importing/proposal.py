"""Propose a mapping for a table: what each column fills, what is not certain, and what no column fills."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from msgspec.structs import replace as replace_struct

from pipeline.case.importing.cells import ROOM, Cell, Row, SourceTable, comparable
from pipeline.case.importing.column_fit import DIRECTORY, ColumnFit, find_date_formats, fit_column, is_order_certain
from pipeline.case.importing.column_mapping import NAME_PARTS, TableMapping
from pipeline.case.importing.field_types import find_field, titles
from pipeline.case.importing.headers import BASES, HeaderMeaning, Target, known_headers, read_header
from pipeline.case.importing.table_file import read_table
from pipeline.case.importing.table_reading import TableRequest
from pipeline.case.importing.vocabulary import JOINT, absent_words, is_absent, word_for
from pipeline.errors import CaseError
from pipeline.formats.messages import Words, worded_problem, words
from pipeline.language import LANGUAGES, Language

#: Rows in which the header is searched.
_FIRST_ROWS = 10
_LEAST_HEADERS = 2
_ADDRESS = "/patient/address/text"


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """A column of the table, the field that it seems to fill, the conversions, and why that is not certain."""

    cell: Cell
    cells: Sequence[Cell]
    target: Target | None = None
    keys: Mapping[str, Any] = field(default_factory=dict)
    unsure: Words | None = None

    @property
    def header(self) -> str:
        """The text of the header on one line."""
        return " ".join(str(self.cell.value).split())


@dataclass(frozen=True, slots=True)
class ProposedColumns:
    """All columns of a table, with the rules for its cells."""

    table: SourceTable
    header_row: int
    columns: tuple[ProposedColumn, ...]
    rules: TableMapping
    #: First cells of the columns that have cells but no header.
    without_header: tuple[Cell, ...] = ()


def proposal_words(name: str, **args: object) -> Words:
    """Return a text about a line of a proposed mapping in each language."""
    return words("proposal", name, room=ROOM, **args)


def propose_columns(path: Path, request: TableRequest) -> ProposedColumns:
    """Read a table and propose a field for each column. Raise CaseError if it cannot be read or has no header."""
    table = read_table(path, replace_struct(request, any_sheet=True, headers=known_headers()))
    header, rows = _find_header(table)
    columns = [
        ProposedColumn(cell, [row[cell.column] for row in rows if cell.column in row])
        for _, cell in sorted(header.items())
        if isinstance(cell.value, str)
    ]
    meanings = [read_header(str(column.cell.value)) for column in columns]
    rules = _find_rules(columns, meanings)
    columns = [
        replace(column, cells=[cell for cell in column.cells if not is_absent(cell.value, rules.absent)])
        for column in columns
    ]
    proposed = _choose(columns, meanings, rules, table)
    proposed += _provinces(proposed, rules)
    unnamed: dict[int, Cell] = {}
    for row in rows:
        for number, cell in row.items():
            if number not in header:
                unnamed.setdefault(number, cell)
    return ProposedColumns(table, next(iter(header.values())).row, tuple(proposed), rules, tuple(unnamed.values()))


def _find_header(table: SourceTable) -> tuple[Row, Sequence[Row]]:
    """Return the row with the most headers that are known, and the rows below it."""
    rows = [table.header, *table.rows] if table.header else list(table.rows)
    counts = [sum(read_header(str(cell.value)).is_exact for cell in row.values()) for row in rows[:_FIRST_ROWS]]
    if max(counts, default=0) < _LEAST_HEADERS:
        problem = worded_problem("table-header", room=ROOM, rows=_FIRST_ROWS)
        raise CaseError(replace(problem, file=table.file))
    place = counts.index(max(counts))
    return rows[place], rows[place + 1 :]


def _find_rules(columns: Sequence[ProposedColumn], meanings: Sequence[HeaderMeaning]) -> TableMapping:
    """Return the language of the table, the formats of its dates, and its words for nothing."""
    headers = "".join(column.header for column in columns)
    language: Language = "ja" if any("\u3040" <= each <= "\u30ff" for each in headers) else "zh"
    dates = [
        cell
        for column, meaning in zip(columns, meanings, strict=True)
        if meaning.targets and (meaning.targets[0].step or _shape(meaning.targets[0]) == "date")
        for cell in column.cells
    ]
    used = [word for word in absent_words() if any(is_absent(c.value, [word]) for each in columns for c in each.cells)]
    return TableMapping(
        columns=(),
        language="en" if headers.isascii() else language,
        date_formats=find_date_formats(dates),
        absent=tuple(used),
    )


def _shape(target: Target) -> str:
    found = find_field(target.pointer)
    return found.shape if found else ""


def _choose(
    columns: Sequence[ProposedColumn], meanings: Sequence[HeaderMeaning], rules: TableMapping, table: SourceTable
) -> list[ProposedColumn]:
    """Choose a field for each column: first where the header is exact and means one thing."""
    repeated = Counter(comparable(column.header) for column in columns)
    taken: dict[Target, Cell] = {}
    chosen: dict[int, ProposedColumn] = {}
    for index in sorted(
        range(len(columns)), key=lambda each: (not meanings[each].is_exact, len(meanings[each].targets))
    ):
        column, meaning = columns[index], meanings[index]
        options = [_in_language(target, column, rules) for target in meaning.targets]
        target = _best([each for each in options if _only(each) not in taken] or options, column, rules)
        if target is None or (_only(target) in taken and not meaning.is_exact):
            chosen[index] = column
            continue
        fit = fit_column(target, column.cells, rules)
        found = replace(column, target=target, keys=fit.keys)
        unsure = _doubt(found, fit, rules)
        if not meaning.is_exact:
            unsure = proposal_words("similar")
        if repeated[comparable(column.header)] > 1:
            unsure = proposal_words("repeated")
        if _only(target) in taken:
            unsure = proposal_words("taken", column=table.address(taken[_only(target)]))
        taken.setdefault(_only(target), column.cell)
        chosen[index] = replace(found, unsure=unsure)
    return [chosen[index] for index in range(len(columns))]


def _provinces(columns: Sequence[ProposedColumn], rules: TableMapping) -> list[ProposedColumn]:
    """Return the column of the address once more for the province, if each begins with it and no column has it."""
    province = Target("patient", "/address/province")
    if any(column.target == province for column in columns):
        return []
    addresses = [each for each in columns if each.target and each.target.pointer == _ADDRESS and not each.unsure]
    found = [replace(each, target=province, keys={}) for each in addresses if each.cells]
    return [each for each in found if not fit_column(province, each.cells, rules).misfits]


def _only(target: Target) -> Target:
    """Return a target by which two columns for the same field are equal: an only companion is the first."""
    return target if target.scope in ("case", "patient") else replace(target, number=target.number or 1)


def _best(targets: Sequence[Target], column: ProposedColumn, rules: TableMapping) -> Target | None:
    """Return the field that the cells fit best, the first of equals."""
    return min(targets, key=lambda target: fit_column(target, column.cells, rules).misfits, default=None)


def _in_language(target: Target, column: ProposedColumn, rules: TableMapping) -> Target:
    """Return the part of a text in two languages that a column fills, such as the name of a physician."""
    found = find_field(target.pointer)
    if found is None or found.shape != "languages" or rules.language in found.part["properties"]:
        return target
    is_latin = all(str(cell.value).isascii() for cell in column.cells)
    return replace(target, to=f"{target.to}/{'en' if is_latin else 'ja'}")


def _doubt(column: ProposedColumn, fit: ColumnFit, rules: TableMapping) -> Words | None:
    """Return why the cells leave a doubt about a column whose header is certain."""
    target = column.target
    if target is None:
        return None
    if target.pointer in DIRECTORY and fit.misfits:
        return proposal_words("directory")
    if not fit.is_good and (target.step or _shape(target) == "date") and _could_be_dates(column, rules):
        return proposal_words("dates", formats="%d/%m/%Y, %m/%d/%Y")
    if not fit.is_good:
        return proposal_words("misfit")
    if "order" in column.keys and not is_order_certain(column.cells):
        return proposal_words("order")
    return None


def _could_be_dates(column: ProposedColumn, rules: TableMapping) -> bool:
    """Return True if the dates fit as soon as the order of day and month is known."""
    dated = replace_struct(rules, date_formats=("%d/%m/%Y",))
    return column.target is not None and fit_column(column.target, column.cells, dated).is_good


def title_of(target: Target) -> Words:
    """Return the title of a field in each language: for a companion's with the person, for both parts of a name."""
    if target.step:
        field_of_step = find_field(f"{target.pointer.rpartition('/')[0]}/*/step")
        return word_for(field_of_step, target.step) if field_of_step else {}
    pointers = [target.pointer]
    if target.to.endswith("/name") and _shape(target) == "name":
        pointers = [f"{target.pointer}/{part}" for part in NAME_PARTS]
    person = [BASES["companion"]] if target.scope == "companion" else []
    found = [titles(each) for each in map(find_field, [*person, *pointers]) if each]
    return {language: JOINT.join(each[language] for each in found) for language in LANGUAGES}
