"""Publishing the cases of an import. What people added to a case since the last import stays."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.case.importing.convert import ImportedCase
from pipeline.case.importing.merge import merge_case
from pipeline.case.source import CASE_FILE
from pipeline.errors import CaseError, OutputError, Problem
from pipeline.formats.files import read
from pipeline.formats.json.edit import change_text
from pipeline.formats.json.reader import MAX_BYTES, JsonFile, parse_json
from pipeline.publish.folder import FOLDER_HINT, publish_files, writing

#: What the last import wrote, beside the case file: what differs from it was changed by people.
RECORD = ".imported.json"

Status = Literal["new", "updated", "unchanged", "conflict"]


@dataclass(frozen=True, slots=True)
class _Result:
    status: Status
    content: bytes
    problems: tuple[Problem, ...] = ()


def publish_cases(
    imported: Iterable[ImportedCase], folder: Path, *, force: bool
) -> tuple[dict[str, Status], list[Problem]]:
    """Write each case as ``folder/<case id>/case.json``. Return its status by case id, and the conflicts.

    A case with a conflict is not written, unless ``force`` prefers the table. Raise OutputError if no case can be
    written.
    """
    files: dict[str, bytes] = {}
    results: dict[str, _Result] = {}
    for case in imported:
        with writing(folder, FOLDER_HINT):
            result = results[case.case_id] = _merge(folder / case.case_id, case.content, force=force)
        if result.status != "conflict":
            files[f"{case.case_id}/{CASE_FILE}"] = result.content
            files[f"{case.case_id}/{RECORD}"] = case.content
    problems = [problem for result in results.values() for problem in result.problems]
    if problems and not files:
        raise OutputError(problems)
    publish_files({name: content for name, content in files.items() if _read(folder / name) != content}, folder)
    return {case_id: result.status for case_id, result in results.items()}, problems


def _merge(folder: Path, content: bytes, *, force: bool) -> _Result:
    path = folder / CASE_FILE
    raw = _read(path)
    if raw is None:
        return _Result("new", content)
    try:
        case = parse_json(raw, str(path), folder)
    except CaseError as error:
        return _Result("updated", content) if force else _Result("conflict", content, error.problems)
    merged, conflicts = merge_case(_last_import(folder / RECORD), case.data, json.loads(content))
    if conflicts and not force:
        return _Result("conflict", content, tuple(_problems(case, conflicts)))
    text = change_text(case.text, merged)
    return _Result("unchanged" if text == case.text else "updated", raw if text == case.text else text.encode())


def _problems(case: JsonFile, pointers: Iterable[str]) -> Iterator[Problem]:
    message = "the table and the case both changed this since the last import, or never agreed on it"
    hint = "make both the same, in the table or in the case; --force uses the table"
    for pointer in pointers:
        yield case.problem("case-conflict", pointer, message, hint)


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
