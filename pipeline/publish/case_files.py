"""Publishing the case files of an import. Files that were edited since the last import are never lost silently."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pipeline.case.importing.convert import ImportedCase
from pipeline.errors import OutputError, Problem
from pipeline.formats.files import read
from pipeline.formats.json.reader import MAX_BYTES
from pipeline.publish.folder import FOLDER_HINT, publish_files, writing
from pipeline.system.atomic import sha256

#: File with the hash of each case file at the last import: a file with another hash was edited by hand.
RECORD = ".imported"

_MAX_RECORD = 50_000_000

Status = Literal["new", "replaced", "unchanged"]


def publish_cases(imported: Iterable[ImportedCase], folder: Path, *, force: bool) -> dict[str, Status]:
    """Write each case as ``folder/<case id>.json`` and return its status by case id.

    Without ``force``, raises OutputError and writes nothing if a file was edited since the last import.
    """
    cases = {case.case_id: case.content for case in imported}
    record = _record(folder)
    with writing(folder, FOLDER_HINT):
        statuses = {case_id: _status(folder / f"{case_id}.json", content) for case_id, content in cases.items()}
    changed = list(_changed([case_id for case_id in cases if statuses[case_id] == "replaced"], folder, record))
    if changed and not force:
        raise OutputError(changed)
    files = {f"{case_id}.json": cases[case_id] for case_id, status in statuses.items() if status != "unchanged"}
    record |= {f"{case_id}.json": sha256(content) for case_id, content in cases.items()}
    files[RECORD] = (json.dumps(record, indent=2, sort_keys=True) + "\n").encode()
    publish_files(files, folder)
    return statuses


def _status(path: Path, content: bytes) -> Status:
    if path.is_symlink() or not path.exists():
        return "replaced" if path.is_symlink() else "new"
    return "unchanged" if _read(path) == content else "replaced"


def _changed(case_ids: Iterable[str], folder: Path, record: dict[str, str]) -> Iterator[Problem]:
    """A problem for each file whose content does not come from an import."""
    for case_id in case_ids:
        path = folder / f"{case_id}.json"
        if record.get(path.name) != sha256(_read(path)):
            message = "this case was edited by hand, or does not come from an import, and differs from the table"
            hint = "compare both; --force uses the values of the table"
            yield Problem("case-changed", "error", message, hint, str(path))


def _read(path: Path) -> bytes:
    try:
        return read(path, MAX_BYTES)
    except OSError as error:
        message = f"the former case file cannot be read: {(error.strerror or 'unreadable').lower()}"
        raise OutputError(Problem("output", "error", message, "choose another folder with -o", str(path))) from None


def _record(folder: Path) -> dict[str, str]:
    try:
        record = json.loads(read(folder / RECORD, _MAX_RECORD))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
