"""The rows of the list of cases: checked again only when a file changed, and meanwhile the list does not wait."""

from __future__ import annotations

import itertools
import json
import os
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.case.directory import find_directory
from pipeline.case.source import Source
from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.cli.read_patients import read_patient
from pipeline.formats.files import read
from pipeline.formats.json.reader import MAX_BYTES
from pipeline.run.case_folder.fields import value_at
from pipeline.run.overview.patient_row import PatientRow

#: The files that a row depends on, with the day: names, times and sizes.
Version = tuple[object, ...]
_SECONDS_TO_END = 10.0
#: A check begins after this time even if requests follow one another.
_LONGEST_WAIT = 2.0
#: What is checked first.
_OPENED, _LISTED = range(2)
_NAME = "/patient/name"
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class DeskCase:
    """A case of the list: its key, its file, the name of its patient as far as it is known, and its row.

    The row is None while it is checked.
    """

    key: str
    path: Path
    patient: str
    row: PatientRow | None


@dataclass
class CaseRows:
    """The newest row of each case, in memory only.

    A thread checks what has changed, one case after the other: first those that a person opened. It begins none while
    a request is answered.
    """

    folder: DeskFolder
    current: Path | None = None
    _rows: dict[Path, tuple[Version, PatientRow]] = field(default_factory=dict)
    _patients: dict[Path, tuple[Version, str]] = field(default_factory=dict)
    _wanted: dict[Path, Version] = field(default_factory=dict)
    _waiting: queue.PriorityQueue[tuple[int, int, Path]] = field(default_factory=queue.PriorityQueue)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _thread: threading.Thread | None = None
    _requests: int = 0
    _quiet: threading.Condition = field(default_factory=threading.Condition)
    _is_closed: bool = False

    def listed(self) -> Iterator[DeskCase]:
        """Yield each case."""
        cases = self.folder.cases()
        about = self._about_all()
        for key, path in cases.items():
            version = (about, *_files(path.parent))
            row = self._known(path, version)
            if row is None:
                self._ask(path, version, _LISTED)
            yield DeskCase(key, path, self._patient(path, version), row)

    def check_next(self, path: Path) -> None:
        """Have a case that a person looks at checked before all others. Does not wait."""
        version = self._version(path)
        if self._known(path, version) is None:
            self._ask(path, version, _OPENED)

    def row(self, path: Path) -> PatientRow:
        """Return the row of a case as its files are now."""
        version = self._version(path)
        row = self._known(path, version)
        if row is None:
            row = read_patient(Source(str(path), path.parent), self.folder.options)
            self._rows[path] = version, row
        return row

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Begin no further check while a request is answered."""
        with self._quiet:
            self._requests += 1
        try:
            yield
        finally:
            with self._quiet:
                self._requests -= 1
                self._quiet.notify_all()

    def close(self) -> None:
        """Wait for the case that the thread checks, and end it: the interpreter must not end under it."""
        self._is_closed = True
        self._waiting.put((_OPENED, next(self._numbers), self.folder.path))
        if self._thread is not None:
            self._thread.join(_SECONDS_TO_END)

    def _version(self, path: Path) -> Version:
        return (self._about_all(), *_files(path.parent))

    def _about_all(self) -> Version:
        options = self.folder.options
        directory = find_directory(self.folder.path / "any", options.directory)
        return options.as_of, options.templates, *(_files(directory) if directory.is_dir() else ())

    def _known(self, path: Path, version: Version) -> PatientRow | None:
        known = self._rows.get(path)
        return known[1] if known is not None and known[0] == version else None

    def _patient(self, path: Path, version: Version) -> str:
        known = self._patients.get(path)
        if known is None or known[0] != version:
            known = self._patients[path] = version, _patient_of(path)
        return known[1]

    def _ask(self, path: Path, version: Version, priority: int) -> None:
        if self._wanted.get(path) == version and priority == _LISTED:
            return
        self._wanted[path] = version
        self._waiting.put((priority, next(self._numbers), path))
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            self._waiting.put(self._waiting.get())  # wait for a case, and then for requests, which may open another
            with self._quiet:
                self._quiet.wait_for(lambda: not self._requests or self._is_closed, _LONGEST_WAIT)
            _, _, path = self._waiting.get()
            if self._is_closed:
                return
            self.current = path
            self.row(path)
            self.current = None


def _patient_of(path: Path) -> str:
    """Return the names of the patient that a file has, wrong as the rest of it may be."""
    try:
        data = json.loads(read(path, MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return ""
    chinese, *latin = (value_at(data, f"{_NAME}/{part}") for part in ("chinese", "surname", "given_names"))
    words = [chinese, " ".join(each for each in latin if isinstance(each, str))]
    return " · ".join(each[:_LONGEST_NAME] for each in words if isinstance(each, str) and each.strip())


def _files(folder: Path) -> Iterator[object]:
    """Yield what tells versions of the files in a folder apart."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path))
            else:
                about = entry.stat(follow_symlinks=False)
                yield entry.path, about.st_mtime_ns, about.st_size
