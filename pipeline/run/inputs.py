"""Sources of cases: files, folders, patterns, lines of a .jsonl, standard input. One Source per case, in order."""

from __future__ import annotations

import glob
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from pipeline.case.source import CASE_FILE, Source
from pipeline.errors import CaseError, InputError
from pipeline.formats.files import NotRegularError, is_file, is_folder, open_regular
from pipeline.formats.json.reader import MAX_BYTES
from pipeline.formats.messages import worded_problem

STANDARD_INPUT = "-"
LINES = ".jsonl"


def sources(arguments: Iterable[str], standard_input: Path | None = None) -> Iterator[Source]:
    """Yield every case that the arguments name. A .jsonl is read line by line, so that it may be of any length.

    ``standard_input`` is a copy of standard input, which can be read only once.

    Raises InputError for an argument that names no case, CaseError for a file of lines that cannot be read.
    """
    for argument in arguments:
        if argument == STANDARD_INPUT:
            with standard_input.open("rb") if standard_input else nullcontext(sys.stdin.buffer) as file:
                yield from _lines_of(file, "standard input", Path())
        else:
            for path in _paths(argument):
                yield from _cases_of(path)


def is_many(arguments: Sequence[str]) -> bool:
    """Return True unless the arguments name a single file with a single case."""
    if len(arguments) != 1 or arguments[0] == STANDARD_INPUT:
        return True
    paths = list(_paths(arguments[0]))
    return len(paths) != 1 or paths[0].suffix == LINES


def _paths(argument: str) -> Iterable[Path]:
    path = Path(argument)
    if is_folder(path):
        found = _in_folder(path)
    elif is_file(path) or not glob.has_magic(argument):
        return [path]
    else:
        found = [Path(name) for name in sorted(glob.glob(argument, recursive=True))]  # noqa: PTH207 - may be absolute
    if not found:
        key = "no-case/folder" if is_folder(path) else "no-case"
        raise InputError(replace(worded_problem(key, room="run", folder=path, file=CASE_FILE), file=argument))
    return found


def _in_folder(folder: Path) -> list[Path]:
    """The case.json of a folder; without one, every JSON file in it and every case.json one folder down."""
    own = folder / CASE_FILE
    if is_file(own):
        return [own]
    return sorted([*folder.glob("*.json"), *folder.glob(f"*{LINES}"), *folder.glob(f"*/{CASE_FILE}")])


def _cases_of(path: Path) -> Iterator[Source]:
    if path.suffix != LINES:
        yield Source(str(path), path.parent)
        return
    try:
        with open_regular(path) as file:
            yield from _lines_of(file, str(path), path.parent)
    except NotRegularError:
        raise CaseError(replace(worded_problem("file-kind/lines", room="run"), file=str(path))) from None
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        problem = worded_problem("file-unreadable/lines", room="run", reason=reason)
        raise CaseError(replace(problem, file=str(path))) from None


def _lines_of(file: BinaryIO, name: str, folder: Path) -> Iterator[Source]:
    """A source for each line that is not empty. A line that is too long is cut, but still too long."""
    number = 0
    while line := file.readline(MAX_BYTES + 1):
        number += 1
        rest = line
        while not rest.endswith(b"\n") and len(rest) > MAX_BYTES:
            rest = file.readline(MAX_BYTES + 1)
        if line.strip():
            yield Source(name, folder, line, number)
