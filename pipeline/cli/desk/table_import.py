"""Importing a table on the desk: which mapping reads it, and what would be made, changed and left as it is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from pipeline.case.importing.column_mapping import Constant, TableMapping
from pipeline.case.importing.convert import ImportedFile, convert_table
from pipeline.case.importing.field_types import find_field, titles
from pipeline.case.importing.intake import read_intake
from pipeline.case.importing.mapping_draft import draft_mapping
from pipeline.case.importing.proposal import propose_columns
from pipeline.case.importing.table_file import read_table
from pipeline.case.importing.table_reading import TableRequest
from pipeline.case.importing.table_rows import find_columns
from pipeline.case.source import CASE_FILE
from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.cli.desk.papers import plain_name
from pipeline.errors import CaseError, OutputError, Problem
from pipeline.formats.json.edit import change_text
from pipeline.formats.json.reader import JsonFile, read_json
from pipeline.formats.json.schema import check_schema
from pipeline.language import SEPARATORS, Language
from pipeline.packet.set_files import load_template_set
from pipeline.publish.case_files import MergedFiles, merge_cases, publish_merged
from pipeline.publish.folder import publish_file
from pipeline.run.case_folder.fields import value_at
from pipeline.run.case_folder.imported_cases import add_places
from pipeline.run.case_folder.saving import SAVING, ChangedMeanwhileError
from pipeline.system.atomic import sha256

#: The beginnings of workbooks: of today's, and of old ones, which are refused.
_WORKBOOKS = (b"PK", b"\xd0\xcf")
_MAPPINGS = "mapping*.json"


@dataclass(frozen=True, slots=True)
class DroppedTable:
    """A table as it was dropped; ``encoding`` is that of a CSV file."""

    name: str
    content: bytes
    encoding: str = "utf-8"

    @contextmanager
    def as_file(self) -> Iterator[Path]:
        """Write the table to a file outside the folder, which is removed again. Its content says what it is."""
        name = plain_name(self.name)
        if Path(name).suffix.lower() in {".xlsx", ".csv"}:
            name = f"{Path(name).stem}{'.xlsx' if self.content.startswith(_WORKBOOKS) else '.csv'}"
        with tempfile.TemporaryDirectory(prefix="vp-") as work:
            path = Path(work, name)
            path.write_bytes(self.content)
            yield path


@dataclass(frozen=True, slots=True)
class MappingLine:
    """A line of a mapping: the header of a column, the field that it fills, and why nobody can be sure."""

    pointer: str
    header: str
    title: str
    unsure: str | None


@dataclass(frozen=True, slots=True)
class UsedMapping:
    """The mapping by which a table is read. ``is_new`` if it was proposed just now."""

    file: JsonFile
    name: str
    lines: tuple[MappingLine, ...]
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do. Nothing has been written yet, except a mapping that was proposed."""

    mapping: UsedMapping | None
    files: Sequence[ImportedFile] = ()
    merged: MergedFiles = field(default_factory=lambda: MergedFiles({}, {}, ()))
    problems: Sequence[Problem] = ()

    @property
    def etag(self) -> str:
        """The version of the plan: what would be written, and what would not."""
        parts = [f"{path}\0{status}" for path, status in self.merged.statuses.items()]
        parts += [f"{path}\0{sha256(content)}" for path, content in self.merged.contents.items()]
        return sha256("\n".join(parts).encode())

    @property
    def cases(self) -> list[ImportedFile]:
        """The cases among the files."""
        return [each for each in self.files if each.path.name == CASE_FILE]

    @property
    def has_changes(self) -> bool:
        """True if the import would write something."""
        return any(status in {"new", "updated"} for status in self.merged.statuses.values())

    @property
    def has_errors(self) -> bool:
        """True if rows are left out because of mistakes."""
        return any(problem.severity == "error" for problem in self.problems)


@dataclass(frozen=True, slots=True)
class TableImport:
    """Imports tables into the folder of the desk."""

    folder: DeskFolder

    def plan(self, table: DroppedTable, language: Language) -> ImportPlan:
        """Return what an import would do. Raise CaseError if the table cannot be read at all."""
        with table.as_file() as path:
            found = read_intake(path) if path.suffix == ".xlsx" else None
            mapping = None if found else self._mapping(path, table.encoding, language)
            if mapping:
                try:
                    found = convert_table(path, self.folder.path / mapping.name, table.encoding)
                except CaseError as error:
                    return ImportPlan(mapping, problems=error.problems)
        files, problems = found or ([], [])
        self._check_inside(files)
        merged = merge_cases(files, self.folder.path)
        return ImportPlan(mapping, files, merged, [*problems, *merged.conflicts])

    def run(self, table: DroppedTable, etag: str, language: Language) -> ImportPlan:
        """Import what a plan says. Raise ChangedMeanwhileError if it would do something else by now; OutputError."""
        with SAVING:
            plan = self.plan(table, language)
            if plan.etag != etag:
                raise ChangedMeanwhileError({})
            publish_merged(plan.merged, self.folder.path)
        written = [each for each in plan.cases if plan.merged.statuses[each.path] in {"new", "updated"}]
        add_places(written, self.folder.path, load_template_set(self.folder.templates), language)
        return plan

    def confirm(self, name: str, etag: str, pointers: Sequence[str]) -> None:
        """Confirm lines of a mapping. Raise LookupError for another file, ChangedMeanwhileError, OutputError."""
        with SAVING:
            path = self.mappings()[name]
            file = read_json(path)
            if file.sha256 != etag:
                raise ChangedMeanwhileError({})
            data = msgspec.json.decode(msgspec.json.encode(file.data))
            for pointer in pointers:
                line = value_at(data, pointer)
                if isinstance(line, dict):
                    line.pop("unsure", None)
            publish_file(change_text(file.text, data).encode(), path, lambda _: True)

    def mappings(self) -> dict[str, Path]:
        """Return the mappings in the folder, by their names. Links are none."""
        found = sorted(self.folder.path.glob(_MAPPINGS))
        return {path.name: path for path in found if path.is_file() and not path.is_symlink()}

    def _mapping(self, table: Path, encoding: str, language: Language) -> UsedMapping:
        """Return the mapping in the folder that fits a table, or a new one. Raise CaseError, OutputError."""
        found = next((path for path in self.mappings().values() if _fits(path, table, encoding)), None)
        if found is not None:
            return _used(found, language)
        draft = draft_mapping(propose_columns(table, TableRequest(1, encoding=encoding)), language)
        numbers = range(1, 1000)
        names = (f"mapping-{number}.json" if number > 1 else "mapping.json" for number in numbers)
        path = self.folder.path / next(name for name in names if not (self.folder.path / name).exists())
        publish_file(draft.text.encode(), path, lambda _: False)
        return replace(_used(path, language), is_new=True)

    def _check_inside(self, files: Sequence[ImportedFile]) -> None:
        """Raise OutputError if a link leads a file out of the folder."""
        top = self.folder.path.resolve()
        for each in files:
            path = self.folder.path / each.path
            if not path.resolve().is_relative_to(top):
                message, hint = "a link leads out of the folder of the desk", "replace the link by a folder"
                raise OutputError(Problem("output", "error", message, hint, str(each.path)))


def _fits(mapping: Path, table: Path, encoding: str) -> bool:
    """Return True if a table has all columns of a mapping."""
    try:
        document = read_json(mapping)
        if check_schema(document, "mapping"):
            return False
        columns = msgspec.convert(document.fields, TableMapping)
        source = read_table(table, TableRequest(columns.header_row, columns.sheet, encoding=encoding))
        find_columns(source, columns, document)
    except CaseError:
        return False
    return True


def _used(path: Path, language: Language) -> UsedMapping:
    document = read_json(path)
    return UsedMapping(document, path.name, tuple(_lines(document.fields, "", "", language)))


def _lines(group: Mapping[str, Any], place: str, base: str, language: Language) -> Iterator[MappingLine]:
    """Yield the columns of a mapping, its constants that nobody has confirmed, and those of the lists in it."""
    for number, entry in enumerate(group.get("columns", ())):
        title = _title(f"{base}{entry['to']}", language) if entry["to"] else ""
        yield MappingLine(f"{place}/columns/{number}", entry["column"], title, entry.get("unsure"))
    for number, entry in enumerate(group.get("constants", ())):
        if entry.get("unsure"):
            fields = Constant(entry["to"], entry["value"]).fields()
            shown = [f"{_title(f'{base}{pointer}', language)} = {_value(value)}" for pointer, value in fields]
            header = _title(base.removesuffix("/*"), language) if base else ""
            yield MappingLine(f"{place}/constants/{number}", header, SEPARATORS[language].join(shown), entry["unsure"])
    for number, entry in enumerate(group.get("lists", ())):
        yield from _lines(entry, f"{place}/lists/{number}", f"{base}{entry['to']}/*", language)


def _title(pointer: str, language: Language) -> str:
    found = find_field(pointer)
    return titles(found)[language] if found else pointer


def _value(value: Any) -> str:
    return "–" if value in ({}, []) else str(value)
