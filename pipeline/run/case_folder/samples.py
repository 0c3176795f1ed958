"""Copies of the shipped samples: an example of a complete case, and a directory of hospitals and guarantors."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path, PurePath

from pipeline.errors import OutputError
from pipeline.formats.messages import worded_problem
from pipeline.resources import SCHEMAS, shipped
from pipeline.run.case_folder.case_text import ROOM
from pipeline.run.case_folder.new_folder import new_folder

EXAMPLE, DIRECTORY = "wang-xiaoming", "directory"
_RELATIVE = re.compile(rb'"(\.\./)+schemas/')
_ADDRESS = f'"{SCHEMAS}'.encode()


def copy_sample(name: str, folder: Path) -> list[Path]:
    """Copy a sample as a new folder. Return its JSON files. Raises OutputError, also if the folder exists."""
    if folder.exists() or folder.is_symlink():
        raise OutputError(replace(worded_problem("output-exists/folder", room=ROOM), file=str(folder)))
    source = shipped("examples") / name
    found = sorted(path.relative_to(source) for path in source.rglob("*") if path.is_file())
    files: dict[PurePath, bytes] = {
        path: _RELATIVE.sub(f'"{SCHEMAS}'.encode(), (source / path).read_bytes()) for path in found
    }
    new_folder(folder, files)
    return [folder / path for path in found if path.suffix == ".json"]
