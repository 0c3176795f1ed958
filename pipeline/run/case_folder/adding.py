"""Adding papers to a case: the files go into their places and the entries into the case, all together or none."""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.case.filing import SIGNED, AttachmentRole
from pipeline.case.people import PATIENT
from pipeline.errors import CaseError, InputError, OutputError, Problem, system_reason
from pipeline.formats.files import read
from pipeline.formats.json.edit import change_text
from pipeline.formats.json.reader import MAX_BYTES, parse_json
from pipeline.formats.json.schema import check_schema
from pipeline.formats.messages import worded_problem
from pipeline.run.case_folder.case_text import ROOM, CaseText
from pipeline.run.case_folder.paper_file import PaperFile, check_signed
from pipeline.run.case_folder.places import PAPERS, find_place, place_at
from pipeline.system.atomic import flush, make_folders, sha256, sweep, work_folder, write_file

#: Files that systems leave in folders, and the beginning of the names of pages that explain a folder.
_OF_SYSTEMS = ("thumbs.db", "desktop.ini")
_EXPLANATION = "readme"


@dataclass(frozen=True, slots=True)
class NewPaper:
    """A file with what its entry says. ``document`` and ``printed_hash`` are those of a signed original."""

    file: PaperFile
    role: AttachmentRole
    person: str = PATIENT
    issued_on: date | None = None
    document: str | None = None
    printed_hash: str | None = None


@dataclass(frozen=True, slots=True)
class AddedPaper:
    """A paper that was added: where it came from, and its entry."""

    source: Path
    entry: dict[str, Any]


def find_dropped(case: CaseText) -> list[Path]:
    """Return the files that lie in the places of papers and that the case does not name, in order of their paths."""
    named = {PurePosixPath(entry["path"]) for entry in case.entries} | {
        PurePosixPath(entry[field]) for entry in case.entries for field in ("password_file",) if field in entry
    }
    return [
        path
        for path in sorted((case.folder / PAPERS).rglob("*"))
        if path.is_file()
        and PurePosixPath(inside := path.relative_to(case.folder).as_posix()) not in named
        and place_at(case.places, inside) is not None
        and not is_left_by_system(path)
        and not path.name.lower().startswith(_EXPLANATION)
    ]


def is_left_by_system(path: Path) -> bool:
    """Say whether a file is one that systems and programs leave in folders, such as the lock files of Office."""
    return path.name.startswith((".", "~$")) or path.name.lower() in _OF_SYSTEMS


def inside_path(case: CaseText, path: Path) -> str | None:
    """Return the path of a file relative to the folder of the case; None if it is outside."""
    return path.relative_to(case.folder).as_posix() if path.is_relative_to(case.folder) else None


def without_left_by_system(paths: Sequence[Path], skipped: list[Problem]) -> list[Path]:
    """Return the paths without files that systems leave in folders, of which a note is appended to ``skipped``."""
    left = [path for path in paths if is_left_by_system(path)]
    skipped += [_note(worded_problem("add-skipped", room=ROOM), path) for path in left]
    return [path for path in paths if path not in left]


def without_repeated(case: CaseText, files: Sequence[PaperFile], skipped: list[Problem]) -> list[PaperFile]:
    """Return the files that are new to the case. Of each other one, a note is appended to ``skipped``."""
    repeated = {Path(problem.file or ""): problem for problem in find_repeated(case, files)}
    skipped += [_note(problem, path) for path, problem in repeated.items()]
    return [file for file in files if file.path not in repeated]


def _note(problem: Problem, path: Path) -> Problem:
    return replace(problem, severity="info", file=str(path))


def find_repeated(case: CaseText, files: Sequence[PaperFile]) -> list[Problem]:
    """Return a problem for each file that the case has already, or that is the same as an earlier one."""
    known, seen, problems = case.digests(), set[str](), []
    for file in files:
        if file.sha256 in known:
            problem = worded_problem("add-twice", room=ROOM, entry=known[file.sha256])
            problems.append(replace(problem, file=str(file.path)))
        elif file.sha256 in seen:
            problems.append(replace(worded_problem("add-twice/now", room=ROOM), file=str(file.path)))
        seen.add(file.sha256)
    return problems


def add_papers(case: CaseText, papers: Sequence[NewPaper], *, move: bool = False) -> list[AddedPaper]:
    """Put files into the places of their roles, and write their entries. A file in the case's folder stays there.

    With ``move``, it is put into its place too. Raises InputError, CaseError or OutputError; then nothing has changed.
    """
    for paper in papers:
        if paper.role == SIGNED:
            check_signed(paper.file)
    files = _targets(case, papers, move=move)
    added = [AddedPaper(paper.file.path, _entry(paper, path)) for paper, path in zip(papers, files, strict=True)]
    data = {**case.json_file.data, "attachments": [*case.entries, *(each.entry for each in added)]}
    content = change_case(case, data)
    contents = {
        path: paper.file.content
        for paper, path in zip(papers, files, strict=True)
        if path != inside_path(case, paper.file.path)
    }
    write_together(case, contents, content)
    return added


def remove_sources(case: CaseText, added: Sequence[AddedPaper]) -> list[Problem]:
    """Remove the files that were moved. Return a warning for each that stays."""
    problems = []
    for each in added:
        if inside_path(case, each.source) != each.entry["path"]:
            try:
                each.source.unlink()
            except OSError as error:
                problem = worded_problem("add-moved", room=ROOM, reason=system_reason(error))
                problems.append(replace(problem, severity="warning", file=str(each.source)))
    return problems


def change_case(case: CaseText, data: dict[str, Any]) -> bytes:
    """Return the text of the case with new data. Raises CaseError if what is new is against the schema."""
    text = change_text(case.json_file.text, data)
    changed = parse_json(text.encode(), case.json_file.name, case.folder)
    problems = [each for each in check_schema(changed, "case") if each.code != "schema-required"]
    if problems:
        raise CaseError(problems)
    return text.encode()


def write_together(case: CaseText, files: dict[str, bytes], content: bytes) -> None:
    """Create files in the folder of the case, then replace the case. Raises OutputError; then nothing has changed."""
    folder, made = case.folder, list[Path]()
    try:
        sweep(folder, "add")
        with ExitStack() as undo, work_folder(folder, "add") as work:
            former = read(case.path, MAX_BYTES)
            if sha256(former) != case.json_file.sha256:
                raise OutputError(_about_case(case, worded_problem("add-changed", room=ROOM)))
            undo.callback(_remove_unless_named, case, made)
            for number, (path, raw) in enumerate(files.items()):
                write_file(work / str(number), raw)
                made += make_folders((folder / path).parent)
                _put(work / str(number), folder / path)
                made.append(folder / path)
                flush((folder / path).parent)
            write_file(work / case.path.name, BOM_UTF8 * former.startswith(BOM_UTF8) + content)
            (work / case.path.name).chmod(case.path.stat().st_mode & 0o777)
            (work / case.path.name).replace(case.path)
        with suppress(OSError):
            flush(folder)
    except OSError as error:
        reason = system_reason(error)
        raise OutputError(_about_case(case, worded_problem("add-failed", room=ROOM, reason=reason))) from None


def _put(written: Path, target: Path) -> None:
    """Give a file its name, unless something has it."""
    try:
        os.link(written, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(target):
            raise
        written.replace(target)


def _remove_unless_named(case: CaseText, made: list[Path]) -> None:
    """Remove new files and folders again, unless the case was replaced by the one that names them."""
    if sha256(read(case.path, MAX_BYTES)) == case.json_file.sha256:
        for path in reversed(made):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()


def _about_case(case: CaseText, problem: Problem) -> Problem:
    return replace(problem, file=case.json_file.name)


def _targets(case: CaseText, papers: Sequence[NewPaper], *, move: bool) -> list[str]:
    """Return the path of each paper in the folder of the case."""
    taken: set[str] = set()
    found = []
    for paper in papers:
        inside = inside_path(case, paper.file.path)
        stays = inside is not None and (not move or place_at(case.places, inside) is not None)
        found.append(inside if stays and inside else next(_free_names(case, paper, taken)))
        taken.add(found[-1])
    return found


def _free_names(case: CaseText, paper: NewPaper, taken: set[str]) -> Iterator[str]:
    """Yield names for a paper in its place that nothing has: of its role, with a number from the second on."""
    place = find_place(case.places, paper.role, paper.person, paper.document)
    if place is None:
        raise InputError(replace(worded_problem("add-role/no-place", room=ROOM), file=str(paper.file.path)))
    name = paper.document if paper.role == SIGNED and paper.document else paper.role.replace("_", "-")
    suffix, number = paper.file.path.suffix.lower(), 1
    while True:
        path = f"{place.folder}/{name}{'' if number == 1 else f'-{number}'}{suffix}"
        if path not in taken and not os.path.lexists(case.folder / path):
            yield path
        number += 1


def _entry(paper: NewPaper, path: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"role": paper.role}
    if paper.document is not None:
        entry["document"] = paper.document
    if paper.person != PATIENT:
        entry["person"] = paper.person
    entry["path"] = path
    if paper.issued_on is not None:
        entry["issued_on"] = paper.issued_on.isoformat()
    if paper.printed_hash is not None:
        entry["printed_hash"] = paper.printed_hash
    return entry
