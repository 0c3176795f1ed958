"""Checking whole template sets: packet.json, each template, unlisted files, fields that no template shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

from pipeline.authoring.check.finding import Finding, from_problems
from pipeline.authoring.check.steps import Job
from pipeline.authoring.check.types.shapes import Shape, fields_of, shape_of
from pipeline.authoring.check.workers import Result, check_all
from pipeline.case.model import Case
from pipeline.documents.context_types import SHOWN, Names
from pipeline.errors import TemplateError
from pipeline.formats.json.reader import JsonFile
from pipeline.packet.template_set import PACKET_FILE, PacketFile, find_set, load_packet


@dataclass(frozen=True, slots=True)
class CheckedSet:
    """What was found in one set, or in a Word file that stands alone."""

    name: str
    templates: int
    findings: tuple[Finding, ...]

    def count(self, severity: str) -> int:
        """How many of its findings are of that severity."""
        return sum(finding.severity == severity for finding in self.findings)


@dataclass(frozen=True, slots=True)
class _Target:
    """A set, or a file alone, with its jobs. ``is_whole`` when all templates of the set are checked."""

    name: str
    jobs: tuple[Job, ...]
    findings: tuple[Finding, ...] = ()
    is_whole: bool = False


def check_sets(names: Sequence[str]) -> list[CheckedSet]:
    """Check sets by their names, folders, packet.json or single Word files. Raises TemplateError for an unknown one."""
    named = dict.fromkeys(_set_of(name) for name in names)
    # pre-commit and patterns of a shell name a set and its files side by side.
    with_their_set = {file.resolve() for name in named if Path(name).is_dir() for file in _named(Path(name))}
    targets = [_target(name) for name in named if Path(name).resolve() not in with_their_set]
    jobs = [job for target in targets for job in target.jobs]
    results = dict(zip(jobs, check_all(jobs), strict=True))
    return [_checked(target, [results[job] for job in target.jobs]) for target in targets]


def _set_of(name: str) -> str:
    """A packet.json stands for its folder."""
    path = Path(name)
    return str(path.parent) if path.name == PACKET_FILE else name


def _target(name: str) -> _Target:
    path = Path(name)
    if path.suffix.lower() == ".docx":
        is_named = path.name in {file.name for file in _named(path.parent)}
        return _Target(name, (Job(name, str(path.parent) if is_named else None),))
    folder = find_set(name)
    try:
        document, packet = load_packet(folder)
    except TemplateError as error:
        files = sorted(folder.glob("*.docx"))
        return _Target(name, tuple(Job(str(file)) for file in files), tuple(from_problems(error.problems)))
    listed = dict.fromkeys(folder / entry.template for entry in packet.contents if entry.template)
    jobs = tuple(Job(str(file), str(folder)) for file in listed)
    return _Target(name, jobs, tuple(_of_set(folder, document, packet)), is_whole=True)


def _named(folder: Path) -> list[Path]:
    """The templates that the packet.json of a folder names, if there is one that can be read."""
    try:
        packet = load_packet(folder)[1]
    except TemplateError:
        return []
    return [folder / entry.template for entry in packet.contents if entry.template]


def _of_set(folder: Path, document: JsonFile, packet: PacketFile) -> Iterator[Finding]:
    listed = {entry.template for entry in packet.contents}
    for file in sorted(folder.glob("*.docx")):
        if file.name not in listed and not file.name.startswith("~$"):
            hint = "add an entry to the contents, or remove the file"
            yield Finding("template-unlisted", "warning", "no entry of packet.json names this file", hint, str(file))
    if packet.id != folder.resolve().name:
        problem = document.problem(
            "packet-id", "/id", "the id is not the name of the folder", "give both the same name"
        )
        yield from (
            Finding(found.code, "warning", found.message, found.hint, found.file, None, found.pointer, found.line)
            for found in from_problems([problem])
        )


def _checked(target: _Target, results: Iterable[Result]) -> CheckedSet:
    found = [finding for result in results for finding in result.findings]
    reads = {read for result in results for read in result.reads}
    packet = str(Path(find_set(target.name), PACKET_FILE)) if target.is_whole else ""
    unused = list(_unused(reads, packet)) if target.is_whole and reads else []
    return CheckedSet(target.name, len(target.jobs), (*target.findings, *found, *unused))


def _unused(reads: set[str], packet: str) -> Iterator[Finding]:
    """Fields of a case that no template of a set reads."""
    for path in _unread(Case, get_type_hints(Names), reads):
        hint = "nothing needs to be done: rules may need it, and other sets may show it"
        yield Finding("name-unused", "info", f"no template of this set shows {path}", hint, packet)


def _unread(group: type, among: Mapping[str, Any], reads: set[str], before: str = "") -> Iterator[str]:
    """Paths of the fields of ``group`` that are not read; ``among`` are those that can be read at all."""
    aliases = [group.__name__, *(kind.__name__ for kind, shown in SHOWN.items() if group in shown)]
    fields = fields_of(group)
    for name in group.__struct_fields__:  # type: ignore[attr-defined]
        if name not in among:
            continue
        inner = _inner(shape_of(fields[name]))
        path = f"{before}{name}"
        is_read = any(f"{alias}.{name}" in reads for alias in aliases)
        below = [kind for kind in inner if _is_read_below(kind, reads)]
        if not is_read and not below:
            yield path
        for kind in below:
            if not _is_plain(kind):
                is_list = shape_of(fields[name]).is_list
                yield from _unread(kind, fields_of(kind), reads, f"{path}{'[]' if is_list else ''}.")


def _inner(shape: Shape) -> list[type]:
    """The group that a field holds, or that its list holds."""
    item = shape.item() if shape.is_list else shape
    return [kind for kind in (item or shape).kinds if hasattr(kind, "__struct_fields__")]


def _is_read_below(group: type, reads: set[str]) -> bool:
    """Whether something of a group is read, or of the groups in it; words such as names are common to all groups."""
    if _is_plain(group):
        return False
    names = {group.__name__, *(kind.__name__ for kind, shown in SHOWN.items() if group in shown)}
    if any(read.split(".")[0] in names for read in reads):
        return True
    below = (kind for hint in fields_of(group).values() for kind in _inner(shape_of(hint)))
    return any(_is_read_below(kind, reads) for kind in below)


def _is_plain(group: type) -> bool:
    """Whether it has nothing but texts that must be there: such a group is read as one."""
    return all(shape_of(hint) == Shape((str,)) for hint in fields_of(group).values())
