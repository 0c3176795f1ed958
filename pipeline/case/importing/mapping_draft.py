"""Write the mapping that is proposed for a table as a JSON file with one line a column, for a person to complete."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.case.importing.cells import comparable, normalise
from pipeline.case.importing.column_fit import DIRECTORY
from pipeline.case.importing.field_types import find_field, titles
from pipeline.case.importing.headers import Scope
from pipeline.case.importing.mapping_text import line_of, mapping_text
from pipeline.case.importing.proposal import ProposedColumn, ProposedColumns, proposal_words, title_of
from pipeline.case.importing.table_rows import set_field
from pipeline.case.importing.vocabulary import JOINT
from pipeline.case.questions import ask
from pipeline.errors import Problem
from pipeline.formats.json.reader import JsonFile, parse_json
from pipeline.formats.messages import Words
from pipeline.language import LANGUAGES, Language

#: Values that most tables have no column for, by the end of their pointer.
_ASSUMED: Mapping[str, Any] = {
    "/nationality": "CHN",
    "/passport/issuing_country": "CHN",
    "/passport/kind": "ordinary",
    "/tb_screening/residence_country": "CHN",
    "/tb_screening/steps": {},
    "/companions": [],
}
#: Objects of which the assumed values are on one line.
_TOGETHER = ("/patient", "/tb_screening", "/passport")
_LISTS: Mapping[Scope, str] = {"visit": "/treatment/visits", "companion": "/companions"}
#: The most words of a column that are listed for a person to translate.
_MOST_WORDS = 20


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A column, or a required field without one: its line in the mapping, if any, and what a person should know."""

    to: str
    title: Words
    header: str | None = None
    address: str | None = None
    unsure: Words | None = None
    question: Problem | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class MappingDraft:
    """The text of the proposed mapping, its columns, and the required fields that no column fills."""

    text: str
    columns: tuple[DraftLine, ...]
    fields: tuple[DraftLine, ...]


@dataclass(slots=True)
class _Group:
    """The columns of the case, or of a companion or visit: its object in the mapping, and the entries of a list."""

    base: str
    columns: list[ProposedColumn]
    times: int = 1
    draft: dict[str, Any] = field(default_factory=dict)
    place: str = ""


def draft_mapping(proposed: ProposedColumns, language: Language) -> MappingDraft:
    """Return the mapping for the columns of a table, with its notes in a language."""
    return _Drafting(proposed, language).draft()


class _Drafting:
    def __init__(self, proposed: ProposedColumns, language: Language) -> None:
        self.proposed = proposed
        self.language = language
        #: pointer in the mapping -> what its line is about
        self.columns: dict[str, DraftLine] = {}
        self.fields: dict[str, DraftLine] = {}
        self.without_line: list[DraftLine] = []

    def draft(self) -> MappingDraft:
        rules, table = self.proposed.rules, self.proposed.table
        whole, lists = self._groups()
        sample = _sample(whole, lists)
        for question in ask(parse_json(json.dumps(sample).encode(), "", Path())):
            self._add_field(question, [whole, *lists])
        mapping = {
            **({"sheet": table.sheet} if table.sheet is not None else {}),
            "header_row": self.proposed.header_row,
            "language": rules.language,
            **({"date_formats": list(rules.date_formats)} if rules.date_formats else {}),
            **({"absent": list(rules.absent)} if rules.absent else {}),
            **whole.draft,
            **({"lists": [group.draft for group in lists]} if lists else {}),
        }
        text = mapping_text(mapping)
        placed = parse_json(text.encode(), "", Path())
        fields = [*_lines(self.fields, placed), *self.without_line]
        return MappingDraft(text, tuple(_lines(self.columns, placed)), tuple(fields))

    def _groups(self) -> tuple[_Group, list[_Group]]:
        """Return the columns of the case, and those of each companion and visit; equal ones are one group."""
        columns = self.proposed.columns
        whole = _Group("", [each for each in columns if each.target is None or each.target.scope not in _LISTS])
        lists: list[_Group] = []
        for scope, base in _LISTS.items():
            numbered: dict[int, list[ProposedColumn]] = {}
            for each in columns:
                if each.target and each.target.scope == scope:
                    numbered.setdefault(each.target.number or 1, []).append(each)
            lists += _merged([_Group(base, numbered[number]) for number in sorted(numbered)], sorted(numbered))
        self._write_columns(whole)
        for index, group in enumerate(lists):
            group.place = f"/lists/{index}"
            self._write_columns(group)
        return whole, lists

    def _write_columns(self, group: _Group) -> None:
        draft = group.draft
        if group.base:
            draft["to"] = group.base
        if group.times > 1:
            draft["times"] = group.times
        draft["columns"], draft["constants"] = [], []
        for column in group.columns:
            entry, step = self._column(column, group.times), column.target.step if column.target else None
            if step is None:
                place = f"{group.place}/columns/{len(draft['columns'])}"
                draft["columns"].append(entry)
            else:
                inner = draft.setdefault("lists", [])
                place = f"{group.place}/lists/{len(inner)}/columns/0"
                constants = [{"to": "/step", "value": step}]
                inner.append({"to": "/procedures", "columns": [entry | {"to": "/date"}], "constants": constants})
            self.columns[place] = self._column_line(column)
        if not draft["columns"]:  # a visit of which only the days of procedures are known
            draft["columns"].append({"column": group.columns[0].header, "to": ""})

    def _column(self, column: ProposedColumn, times: int) -> dict[str, Any]:
        header = _template(column.header, 1) if times > 1 else column.header
        entry: dict[str, Any] = {"column": header, "to": column.target.to if column.target else "", **column.keys}
        if column.target and column.target.scope == "patient":
            entry["to"] = column.target.pointer
        if entry["to"] in DIRECTORY and column.unsure:
            known = dict.fromkeys(comparable(cell.value) for cell in column.cells if normalise(cell.value))
            entry["values"] = [{"cell": word, "value": None} for word in known][:_MOST_WORDS]
        if column.unsure:
            entry["unsure"] = column.unsure[self.language]
        return entry

    def _column_line(self, column: ProposedColumn) -> DraftLine:
        target = column.target
        address = self.proposed.table.address(column.cell)
        title: Words = title_of(target) if target else {}
        return DraftLine(target.pointer if target else "", title, column.header, address, column.unsure)

    def _add_field(self, question: Problem, groups: Sequence[_Group]) -> None:
        """Add a line for a required field that no column fills, with a value that most tables need."""
        pointer = f"{question.pointer}/{question.args['field']}"
        group, to = _group_of(pointer, groups)
        line = DraftLine(pointer, {}, question=question)
        if to == "/case_id" or any(
            f"{_target(each)}/".startswith(f"{to}/") for each in group.columns
        ):  # a part of it has a column
            self.without_line.append(line)
            return
        end = next((end for end in _ASSUMED if pointer.endswith(end)), None)
        if end is None:
            self._add_constant(group, {"to": to, "value": None, "note": _note(question)[self.language]}, line)
            return
        unsure = proposal_words("alone" if end == "/companions" else "assumed")
        title = _with_value(pointer, _ASSUMED[end])
        together = next((each for each in _TOGETHER if to.startswith(f"{each}/")), to)
        index = next((i for i, each in enumerate(group.draft["constants"]) if each["to"] == together), None)
        if index is None:
            value = _ASSUMED[end] if together == to else {}
            entry = {"to": together, "value": value, "unsure": unsure[self.language]}
            index = self._add_constant(group, entry, replace(line, title=title, unsure=unsure))
        else:
            place = f"{group.place}/constants/{index}"
            former = self.fields[place]
            self.fields[place] = replace(former, title={each: f"{former.title[each]}, {title[each]}" for each in title})
        if together != to:
            set_field(group.draft["constants"][index]["value"], to.removeprefix(together), _ASSUMED[end])

    def _add_constant(self, group: _Group, entry: dict[str, Any], line: DraftLine) -> int:
        index = len(group.draft["constants"])
        self.fields[f"{group.place}/constants/{index}"] = line
        group.draft["constants"].append(entry)
        return index


def _with_value(pointer: str, value: Any) -> Words:
    """Return the title of a field with its value: ``Nationality: CHN``."""
    found = find_field(pointer)
    person = find_field("/companions/*") if pointer.startswith("/companions/") else None
    parts = [titles(each) for each in (person, found) if each]
    return {each: f"{JOINT.join(part[each] for part in parts)} = {line_of(value)}" for each in LANGUAGES}


def _merged(groups: list[_Group], numbers: Sequence[int]) -> list[_Group]:
    """Return one group for companions or visits whose headers differ only in their number."""
    first = groups[0].columns if groups else []
    is_counted = len(groups) > 1 and list(numbers) == list(range(1, len(groups) + 1))
    for group, number in zip(groups, numbers, strict=True):
        pairs = zip(first, group.columns, strict=False)
        is_counted &= len(group.columns) == len(first) and all(_is_alike(*pair, number) for pair in pairs)
    if not is_counted:
        return groups
    groups[0].times = len(groups)
    return groups[:1]


def _is_alike(first: ProposedColumn, other: ProposedColumn, number: int) -> bool:
    """Return True if the column of another companion or visit fills the same field in the same way."""
    template = _template(first.header, 1)
    is_same_field = "{n}" in template and template == _template(other.header, number)
    targets = [each.target.to if each.target else "" for each in (first, other)]
    return is_same_field and targets[0] == targets[1] and (first.keys == other.keys or not other.cells)


def _template(header: str, number: int) -> str:
    """Return a header with {n} in place of its number, if the number is in it once."""
    places = [index for index, each in enumerate(header) if unicodedata.normalize("NFKC", each) == str(number)]
    return f"{header[: places[0]]}{{n}}{header[places[0] + 1 :]}" if len(places) == 1 else header


def _target(column: ProposedColumn) -> str:
    """Return the field of a column as the mapping writes it."""
    if column.target is None:
        return ""
    return column.target.pointer if column.target.scope == "patient" else column.target.to


def _group_of(pointer: str, groups: Sequence[_Group]) -> tuple[_Group, str]:
    """Return the group to which a field of the sample belongs, and its pointer there."""
    for base in _LISTS.values():
        index, _, rest = pointer.removeprefix(f"{base}/").partition("/")
        if pointer.startswith(f"{base}/") and rest:
            return [group for group in groups if group.base == base][int(index)], f"/{rest}"
    return groups[0], pointer


def _sample(whole: _Group, lists: Sequence[_Group]) -> dict[str, Any]:
    """Return a case in which each field that a column fills has a value."""
    case: dict[str, Any] = {"attachments": []}
    for column in whole.columns:
        _fill(case, column)
    for group in lists:
        entry: dict[str, Any] = {}
        for column in group.columns:
            _fill(entry, column)
        parent, _, name = group.base.rpartition("/")
        above = case.setdefault(parent[1:], {}) if parent else case
        above.setdefault(name, []).append(entry)
    return case


def _fill(fields: dict[str, Any], column: ProposedColumn) -> None:
    target, to = column.target, _target(column)
    if target is None:
        return
    if target.step:
        fields.setdefault("procedures", []).append({"date": "", "step": ""})
    elif to.endswith("/name"):
        set_field(fields, f"{to}/surname", "")
    else:
        found = find_field(target.pointer)
        is_text = found is not None and found.shape == "languages"
        set_field(fields, to, dict.fromkeys(LANGUAGES, "") if is_text else "")


def _note(question: Problem) -> Words:
    texts: Words = {language: question.in_language(language).message for language in LANGUAGES}
    return proposal_words(question.args["who"], question=texts)


def _lines(lines: Mapping[str, DraftLine], placed: JsonFile) -> Iterator[DraftLine]:
    for pointer, line in lines.items():
        yield replace(line, line=placed.positions.value(pointer)[0])
