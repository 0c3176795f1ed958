"""Parcels: a task with all files that it reads, for a machine that has none of them, and the packet sent back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.attachments.safe_open import read_inside
from pipeline.case.base import ID
from pipeline.case.directory import find_directory
from pipeline.case.filing import PATH_FIELDS
from pipeline.case.source import read_source
from pipeline.errors import OutputError, UnusableError
from pipeline.formats.files import read
from pipeline.formats.json.reader import MAX_BYTES
from pipeline.packet.set_files import is_shipped, load_template_set, set_folder
from pipeline.packet.template_set import PACKET_FILE
from pipeline.publish.destination import Destination
from pipeline.publish.manifest import read_manifest
from pipeline.run.cluster.versions import Versions
from pipeline.run.task import Task, TaskResult, failed


@dataclass(frozen=True, slots=True, repr=False)
class Parcel:
    """A task with its files. It has no repr, because Dask logs the arguments of a task.

    ``papers`` are by path in the case's folder, ``entries`` by path in the directory, ``templates`` by name if the set
    is not a shipped one. ``names`` are the paths of these files on the client. ``current`` is the manifest of a
    complete earlier packet that the worker cannot see.
    """

    task: Task
    papers: Mapping[str, bytes]
    entries: Mapping[str, bytes]
    templates: Mapping[str, bytes]
    names: Mapping[str, str]
    current: bytes | None
    versions: Versions
    timeout: float


@dataclass(frozen=True, slots=True, repr=False)
class Delivery:
    """The result of a task, and the files of the packet if the worker could not publish them."""

    done: TaskResult
    files: Mapping[str, bytes]


def pack(task: Task, versions: Versions, timeout: float) -> Parcel | None:
    """Return the parcel of a task, or None if a file cannot be read: a build on this machine then reports it."""
    source, options = task.source, task.options
    try:
        raw = read_source(source)
        data = json.loads(raw)
        named = [*data["attachments"], *data.get("edited_documents", ())]
        papers = {path: read_inside(source.folder, path) for each in named for path in _paths(each)}
        directory = find_directory(source.folder, options.directory)
        wanted = ((f"{kind}s", data[kind]) for kind in ("hospital", "guarantor") if isinstance(data[kind], str))
        paths = [f"{folder}/{name}.json" for folder, name in wanted if ID.fullmatch(name)]
        entries = {path: read(Path(path), MAX_BYTES, below=directory) for path in paths}
        current = None if options.force or task.out.is_shared else _current(task.out, data["case_id"])
        templates = _templates(options.templates)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, UnusableError):
        return None
    names = {f"directory/{name}": str(directory / name) for name in entries}
    names |= {f"case/{path}": str(source.folder / path) for path in papers}
    names |= {f"templates/{name}": str(set_folder(options.templates) / name) for name in templates}
    sent = replace(task, source=replace(source, raw=raw))
    return Parcel(sent, papers, entries, templates, names, current, versions, timeout)


def unpack(delivery: Delivery, task: Task) -> TaskResult:
    """Publish the packet that was sent back. Return the result with the name of the case on this machine."""
    done = replace(delivery.done, name=task.source.name)
    if delivery.files and done.case_id is not None:
        try:
            task.out.publish(done.case_id, delivery.files)
        except OutputError as error:
            return replace(failed(task, error.exit_code, error.problems), case_id=done.case_id, patient=done.patient)
    return done


def _paths(attachment: Mapping[str, str]) -> list[str]:
    """The paths of all files of an attachment or edited document, relative to the folder of the case."""
    return [attachment[field] for field in PATH_FIELDS if field in attachment]


def _templates(name: str) -> dict[str, bytes]:
    """The files of a template set that is not shipped."""
    if is_shipped(name):
        return {}
    templates = load_template_set(name)
    return {PACKET_FILE: (templates.folder / PACKET_FILE).read_bytes(), **templates.templates}


def _current(out: Destination, case_id: object) -> bytes | None:
    """The manifest of the earlier packet, if this packet is complete."""
    with suppress(OSError, ValueError):
        if isinstance(case_id, str) and ID.fullmatch(case_id):
            manifest = out.manifest(case_id)
            if out.is_whole(case_id, read_manifest(manifest)):
                return manifest
    return None
