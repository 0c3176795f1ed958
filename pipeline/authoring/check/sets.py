"""Check whole template sets: packet.json, each template, unlisted files, and fields that no template reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from pipeline.authoring.check.template import Job, TemplateResult
from pipeline.authoring.check.types.shapes import Shape, fields_of, shape_of
from pipeline.authoring.check.workers import STEP_SECONDS, check_all
from pipeline.case.model import Case
from pipeline.documents.context_types import SOURCES, DocumentNames
from pipeline.documents.engines.engine import DEFAULT_ENGINE
from pipeline.errors import Problem, TemplateError
from pipeline.formats.files import is_folder, resolved
from pipeline.formats.json.reader import JsonFile
from pipeline.packet.set_files import find_set, load_packet
from pipeline.packet.template_set import PACKET_FILE, PacketFile


@dataclass(frozen=True, slots=True)
class CheckedSet:
    """The findings on one set, or on a Word file outside a set."""

    name: str
    templates: int
    findings: tuple[Problem, ...]

    def count(self, severity: str) -> int:
        """Count the findings of ``severity``."""
        return sum(finding.severity == severity for finding in self.findings)


@dataclass(frozen=True, slots=True)
class _Target:
    """A set or a single file, with its jobs. ``is_whole`` if all templates of the set are checked."""

    name: str
    jobs: tuple[Job, ...]
    findings: tuple[Problem, ...] = ()
    is_whole: bool = False


def check_sets(
    names: Sequence[str],
    seconds: float = STEP_SECONDS,
    engine: str = DEFAULT_ENGINE,
    progress: Callable[[int, int], None] | None = None,
) -> list[CheckedSet]:
    """Check sets by name, folder or packet.json, and single Word files. Raise TemplateError for an unknown name.

    ``seconds`` is the time limit of one step of the check of a template; ``progress`` is called with the number of
    templates that are checked, and of all.
    """
    # A packet.json stands for its folder. pre-commit and shell patterns name a set and its files side by side.
    paths = [Path(name) for name in names]
    unique = dict.fromkeys(
        str(path.parent) if path.name == PACKET_FILE else name for path, name in zip(paths, names, strict=True)
    )
    in_sets = {resolved(file) for name in unique if is_folder(Path(name)) for file in _listed_files(Path(name))}
    targets = [_target(name) for name in unique if resolved(Path(name)) not in in_sets]
    jobs = [job for target in targets for job in target.jobs]
    done = check_all([replace(job, engine=engine) for job in jobs], seconds, progress)
    results = dict(zip(jobs, done, strict=True))
    return [_checked(target, [results[job] for job in target.jobs]) for target in targets]


def _target(name: str) -> _Target:
    path = Path(name)
    if path.suffix.lower() == ".docx":
        is_listed = path.name in {file.name for file in _listed_files(path.parent)}
        return _Target(name, (Job(name, str(path.parent) if is_listed else None),))
    folder = find_set(name)
    try:
        document, packet = load_packet(folder)
    except TemplateError as error:
        jobs = tuple(Job(str(file)) for file in sorted(folder.glob("*.docx")))
        return _Target(name, jobs, error.problems)
    files = dict.fromkeys(folder / entry.template for entry in packet.contents if entry.template)
    jobs = tuple(Job(str(file), str(folder)) for file in files)
    return _Target(name, jobs, tuple(_check_packet(folder, document, packet)), is_whole=True)


def _listed_files(folder: Path) -> list[Path]:
    """Return the templates in the packet.json of a folder; none if it cannot be read."""
    try:
        packet = load_packet(folder)[1]
    except TemplateError:
        return []
    return [folder / entry.template for entry in packet.contents if entry.template]


def _check_packet(folder: Path, json_file: JsonFile, packet: PacketFile) -> Iterator[Problem]:
    listed = {entry.template for entry in packet.contents}
    for file in sorted(folder.glob("*.docx")):
        if file.name not in listed and not file.name.startswith("~$"):
            hint = "add an entry to the contents, or remove the file"
            yield Problem("template-unlisted", "warning", "packet.json has no entry for this file", hint, str(file))
    if packet.id != folder.resolve().name:
        message, hint = "the id differs from the name of the folder", "give both the same name"
        yield replace(json_file.problem("packet-id", "/id", message, hint), severity="warning")


def _checked(target: _Target, results: Sequence[TemplateResult]) -> CheckedSet:
    findings = [*target.findings, *(finding for result in results for finding in result.findings)]
    reads = {read for result in results for read in result.reads}
    if target.is_whole and reads:
        packet = str(Path(find_set(target.name), PACKET_FILE))
        hint = "no action needed: a rule may need the field, or another set may print it"
        unread = list(_unread_fields(Case, get_type_hints(DocumentNames), reads))
        if unread:
            message = f"no template of this set prints {', '.join(unread)}"
            findings.append(Problem("name-unused", "info", message, hint, packet))
    return CheckedSet(target.name, len(target.jobs), tuple(findings))


def _unread_fields(group: type, readable: Mapping[str, Any], reads: set[str], prefix: str = "") -> Iterator[str]:
    """Yield the paths of the fields of ``group`` that are not read; ``readable`` are those that a tag can read."""
    fields = fields_of(group)
    for name in group.__struct_fields__:  # type: ignore[attr-defined]
        if name not in readable:
            continue
        path, shape = f"{prefix}{name}", shape_of(fields[name])
        read_groups = [inner for inner in _inner_groups(shape) if _is_read(inner, reads)]
        if not read_groups and not any(f"{alias}.{name}" in reads for alias in _aliases(group)):
            yield path
        for inner in read_groups:
            yield from _unread_fields(inner, fields_of(inner), reads, f"{path}{'[]' if shape.is_list else ''}.")


def _inner_groups(shape: Shape) -> list[type]:
    """Return the groups that a field, or each entry of its list, can be."""
    item = shape.item() if shape.is_list else shape
    return [kind for kind in (item or shape).kinds if hasattr(kind, "__struct_fields__")]


def _is_read(group: type, reads: set[str]) -> bool:
    """Return True if a field of ``group`` or of a group inside it is read. Groups of texts alone do not count."""
    fields = [shape_of(hint) for hint in fields_of(group).values()]
    if all(shape == Shape((str,)) for shape in fields):  # such as a Trilingual, which is read as one value
        return False
    aliases = _aliases(group)
    if any(read.partition(".")[0] in aliases for read in reads):
        return True
    return any(_is_read(inner, reads) for shape in fields for inner in _inner_groups(shape))


@cache
def _aliases(group: type) -> frozenset[str]:
    """Return the class names under which a template reads the fields of ``group``."""
    names = {group.__name__}
    for kind, sources in SOURCES.items():
        if group in sources:
            names.add(kind.__name__)
    return frozenset(names)
