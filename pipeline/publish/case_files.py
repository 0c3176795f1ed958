"""Publishing the cases of an import. What people added to a case since the last import stays."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from pipeline.case.importing.convert import FilledFields, ImportedFile
from pipeline.case.importing.merge import find_other_people, merge_case
from pipeline.case.source import CASE_FILE
from pipeline.errors import CaseError, OutputError, Problem
from pipeline.formats.files import read
from pipeline.formats.json.edit import change_text
from pipeline.formats.json.reader import MAX_BYTES, JsonFile, parse_json
from pipeline.formats.messages import worded_problem
from pipeline.language import LANGUAGES
from pipeline.publish.folder import FOLDER_HINT, publish_files, writing

#: What the last import wrote, beside the file: what differs from it was changed by people.
RECORD = ".imported.json"

Status = Literal["new", "updated", "unchanged", "conflict"]


@dataclass(frozen=True, slots=True)
class _Result:
    status: Status
    content: bytes
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class MergedFiles:
    """What an import would write: contents by path, with the records, and the status of each file by path."""

    contents: Mapping[PurePosixPath, bytes]
    statuses: Mapping[PurePosixPath, Status]
    conflicts: tuple[Problem, ...]


def merge_cases(imported: Iterable[ImportedFile], folder: Path, *, force: bool = False) -> MergedFiles:
    """Return what an import into ``folder`` would write; a file with a conflict only if ``force`` prefers the table."""
    files: dict[PurePosixPath, bytes] = {}
    results: dict[PurePosixPath, _Result] = {}
    for each in imported:
        record = _record_of(each.path)
        with writing(folder, FOLDER_HINT):
            result = results[each.path] = _merge(folder / each.path, folder / record, each, force=force)
        if result.status != "conflict":
            files[each.path] = result.content
            files[record] = each.content
    problems = tuple(problem for result in results.values() for problem in result.problems)
    return MergedFiles(files, {path: result.status for path, result in results.items()}, problems)


def publish_cases(
    imported: Iterable[ImportedFile], folder: Path, *, force: bool
) -> tuple[Mapping[PurePosixPath, Status], Sequence[Problem]]:
    """Write each file to its path in ``folder``. Return its status by path, and the conflicts.

    Raise OutputError if there are conflicts and nothing can be written.
    """
    merged = merge_cases(imported, folder, force=force)
    publish_merged(merged, folder)
    return merged.statuses, merged.conflicts


def publish_merged(merged: MergedFiles, folder: Path) -> None:
    """Write the files of an import that differ from those in ``folder``. Raise OutputError."""
    if merged.conflicts and not merged.contents:
        raise OutputError(merged.conflicts)
    changed = {str(path): content for path, content in merged.contents.items() if _read(folder / path) != content}
    publish_files(changed, folder)


def _record_of(path: PurePosixPath) -> PurePosixPath:
    """Return the path of the record: a case has a folder of its own, an entry of the directory does not."""
    return path.with_name(RECORD if path.name == CASE_FILE else f".{path.stem}{RECORD}")


def _merge(path: Path, record: Path, imported: ImportedFile, *, force: bool) -> _Result:
    raw, content = _read(path), imported.content
    if raw is None:
        return _Result("new", content)
    try:
        case = parse_json(raw, str(path), path.parent)
    except CaseError as error:
        return _Result("updated", content) if force else _Result("conflict", content, error.problems)
    former, table = _last_import(record), json.loads(content)
    merged, conflicts = merge_case(former, case.data, table)
    problems = [
        *_other_people(case, find_other_people(former, case.data, table)),
        *_conflicts(case, conflicts, imported.source),
    ]
    if problems and not force:
        return _Result("conflict", content, tuple(problems))
    text = change_text(case.text, merged)
    return _Result("unchanged" if text == case.text else "updated", raw if text == case.text else text.encode())


def _other_people(case: JsonFile, pointers: Iterable[str]) -> Iterator[Problem]:
    for pointer in pointers:
        yield case.locate(worded_problem("case-person", room="case"), pointer)


def _conflicts(case: JsonFile, pointers: Iterable[str], source: FilledFields | None) -> Iterator[Problem]:
    """Yield each conflict at its place in the case, with the title of the field and the cell of the table."""
    for pointer in pointers:
        cell = source.address(pointer) if source else None
        title = source.title(pointer) if source else dict.fromkeys(LANGUAGES, pointer)
        key = "case-conflict/cell" if cell else "case-conflict"
        yield case.locate(worded_problem(key, room="case", field=title, cell=cell), pointer)


def _read(path: Path) -> bytes | None:
    """Return the content of a file, or None if there is none."""
    if not path.exists() and not path.is_symlink():
        return None
    try:
        return read(path, MAX_BYTES)
    except OSError as error:
        message = f"the former case file cannot be read: {(error.strerror or 'unreadable').lower()}"
        raise OutputError(Problem("output", "error", message, "choose another folder with -o", str(path))) from None


def _last_import(path: Path) -> Any:
    raw = _read(path)
    try:
        return None if raw is None else json.loads(raw)
    except ValueError:
        return None
