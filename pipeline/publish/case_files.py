"""Case files from a table in their folder: what people changed there since is never lost without a word."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pipeline.case.importing.convert import ImportedCase
from pipeline.errors import OutputError, Problem
from pipeline.publish.folder import publish_files
from pipeline.system.atomic import sha256

#: Says which file has which content from the last import; a file with another was changed by hand.
RECORD = ".imported"

Status = Literal["new", "replaced", "unchanged"]


def publish_cases(made: Iterable[ImportedCase], folder: Path, *, force: bool) -> dict[str, Status]:
    """Write each case as ``folder/<case id>.json`` and return what became of each, by case id.

    Raises OutputError, and writes nothing, when a file there was changed since it was imported; not with ``force``.
    """
    cases = {case.case_id: case.content for case in made}
    record = _record(folder)
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
    """A problem for each file that the import did not write as it is now."""
    for case_id in case_ids:
        path = folder / f"{case_id}.json"
        if record.get(path.name) != sha256(_read(path)):
            message = "this case was changed, or not made by an import, and the table says something else"
            hint = "compare both; --force puts the table's in its place"
            yield Problem("case-changed", "error", message, hint, str(path))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"the case that is there cannot be read: {(error.strerror or 'unreadable').lower()}"
        raise OutputError(Problem("output", "error", message, "choose another folder with -o", str(path))) from None


def _record(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / RECORD).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
