"""Saving values in a case file that others may change too: only on the version that they were decided for."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import CaseError
from pipeline.formats.files import read
from pipeline.formats.json.reader import MAX_BYTES, JsonFile, parse_json
from pipeline.formats.json.schema import check_schema
from pipeline.options import CheckOptions
from pipeline.run.case_folder.answers import change_case
from pipeline.run.case_folder.fields import value_at

#: Only one thread of a process changes files at a time.
SAVING = threading.Lock()


class ChangedMeanwhileError(Exception):
    """The file has another version than the one that values were for.

    ``values`` are what its fields have now, ``etag`` is the version that has them.
    """

    def __init__(self, values: Mapping[str, Any], etag: str = "") -> None:
        super().__init__()
        self.values, self.etag = values, etag


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case file as it is on the disk."""

    path: Path
    json_file: JsonFile

    @classmethod
    def read(cls, path: Path) -> CaseFile:
        """Read a case. Raises CaseError if it is no JSON object, OSError."""
        file = parse_json(read(path, MAX_BYTES), path.name, path.parent)
        if not isinstance(file.data, dict):
            raise CaseError(check_schema(file, "case"))
        return cls(path, file)

    @property
    def etag(self) -> str:
        """The version of the file."""
        return self.json_file.sha256


def save_values(path: Path, etag: str, values: Mapping[str, Any], options: CheckOptions) -> CaseFile:
    """Save values at pointers, and return the new version of the file.

    Raises ChangedMeanwhileError if it has another version than ``etag``, InputError for a value that a field cannot
    have; then nothing is saved.
    """
    with SAVING:
        former = CaseFile.read(path)
        if former.etag != etag:
            now = {pointer: value_at(former.json_file.data, pointer) for pointer in values}
            raise ChangedMeanwhileError(now, former.etag)
        change_case(path, values, options)
        return CaseFile.read(path)
