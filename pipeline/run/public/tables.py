"""Public functions on tables of cases."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.case.importing.column_mapping import unconfirmed_lines
from pipeline.case.importing.convert import ImportedFile, convert_table
from pipeline.case.importing.intake import read_intake
from pipeline.case.importing.mapping_draft import MappingDraft, draft_mapping
from pipeline.case.importing.proposal import propose_columns
from pipeline.case.importing.table_reading import TableRequest
from pipeline.case.source import CASE_FILE
from pipeline.errors import CaseError, InputError, OutputError, Problem
from pipeline.formats.messages import worded_problem
from pipeline.language import Language
from pipeline.packet.set_files import load_template_set
from pipeline.publish.case_files import Status, publish_cases
from pipeline.publish.folder import publish_file
from pipeline.run.case_folder.imported_cases import add_places
from pipeline.run.public.arguments import StrPath, public

#: Encodings of a CSV file.
Encoding = Literal["utf-8", "gb18030", "shift_jis"]


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """A row of a table, and the file that it became: a case, or an entry of the directory.

    ``questions`` are about the fields that the case still lacks.
    """

    name: str
    row: int
    file: Path
    status: Status
    questions: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ImportedTable:
    """The files of a table, and the problems of other rows and of files with conflicts, which were not written."""

    rows: tuple[ImportedRow, ...]
    problems: tuple[Problem, ...]


@public
def import_table(
    table: StrPath,
    out: StrPath = "cases",
    *,
    mapping: StrPath | None = None,
    encoding: Encoding = "utf-8",
    skip_wrong: bool = False,
    force: bool = False,
    templates: StrPath = "medical-stay",
    language: Language = "en",
) -> ImportedTable:
    """Convert the rows of a workbook (.xlsx) or CSV file to cases ``out/<case id>/case.json``.

    ``mapping`` says which column fills which field; a workbook of ``write_workbook`` needs none. Raise CaseError with
    the problems of all rows, each with its cell, and write nothing; with ``skip_wrong``, write the other rows. Of a
    case that exists, only what changed in the table is changed; with ``force``, the table also wins over people.

    >>> imported = import_table("examples/table/cases.xlsx", "cases", mapping="examples/table/mapping.json")
    >>> [(row.name, row.status) for row in imported.rows][:1]
    [('b2027-001', 'new')]
    """
    path = Path(table)
    files, problems = convert_table(path, Path(mapping), encoding) if mapping is not None else _read_intake(path)
    if any(each.severity == "error" for each in problems) and not (skip_wrong and files):
        raise CaseError(problems)
    statuses, conflicts = publish_cases(files, Path(out), force=force)
    written = [each for each in files if each.path.name == CASE_FILE and statuses[each.path] in {"new", "updated"}]
    if written:
        add_places(written, Path(out), load_template_set(str(templates)), language)
    unconfirmed = unconfirmed_lines(Path(mapping)) if mapping is not None else ()
    rows = (
        ImportedRow(each.name, each.row, Path(out, each.path), statuses[each.path], each.questions) for each in files
    )
    return ImportedTable(tuple(rows), (*unconfirmed, *problems, *conflicts))


def _read_intake(table: Path) -> tuple[list[ImportedFile], list[Problem]]:
    """Return the files of a workbook that was filled in. Raises InputError for a table that needs a mapping."""
    found = read_intake(table) if table.suffix.lower() == ".xlsx" else None
    if found is None:
        raise InputError(worded_problem("usage/mapping", room="run"))
    return found


@public
def write_workbook(path: StrPath, *, language: Language = "en", force: bool = False) -> Path:
    """Write a workbook to fill in, a row for each patient; ``import_table`` reads it without a mapping.

    >>> write_workbook("intake.xlsx", language="zh").name
    'intake.xlsx'
    """
    from pipeline.case.importing.intake_workbook import write_intake  # noqa: PLC0415 - openpyxl is slow to load

    return _write(Path(path), write_intake(language), force=force)


@public
def propose_mapping(
    table: StrPath,
    out: StrPath = "mapping.json",
    *,
    sheet: str | None = None,
    encoding: Encoding = "utf-8",
    language: Language = "en",
    force: bool = False,
) -> MappingDraft:
    """Write the mapping that seems right for a table. A person confirms what is ``unsure`` in its ``columns``.

    >>> draft = propose_mapping("examples/table/cases.csv", encoding="utf-8")
    >>> [line.to for line in draft.columns][:2]
    ['/case_id', '/patient/name/chinese']
    """
    draft = draft_mapping(propose_columns(Path(table), TableRequest(1, sheet, encoding=encoding)), language)
    _write(Path(out), draft.text.encode(), force=force)
    return draft


def _write(path: Path, content: bytes, *, force: bool) -> Path:
    """Write a file that people change. Raises OutputError if it exists, unless ``force`` replaces it."""
    if path.exists() and not force:
        message, hint = "a file of this name exists", "choose another name"
        raise OutputError(Problem("output", "error", message, hint, str(path)))
    publish_file(content, path, lambda _: True)
    return path
