"""What runs on a worker: unpack a parcel, do its task as on any machine, and leave nothing behind."""

from __future__ import annotations

import faulthandler
import hashlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from distributed import get_worker

from pipeline.errors import ExitCode
from pipeline.packet.template_set import PACKET_FILE
from pipeline.publish.destination import Folder
from pipeline.publish.folder import FolderKind, publish
from pipeline.publish.manifest import OutputFile
from pipeline.run.cluster.parcel import Delivery, Parcel
from pipeline.run.cluster.versions import differences, refused, versions_wanted
from pipeline.run.task import Done, Task, failed

_SET = FolderKind("a template set", PACKET_FILE)
#: The engine draws one document at a time, however many threads a worker has.
_ONE_AT_A_TIME = threading.Lock()


class Handed(Folder):
    """In place of a folder that a worker does not see: what is published is handed back."""

    def __init__(self, out: Path, current: bytes | None) -> None:
        super().__init__(out)
        self._current = current
        self.files: Mapping[str, bytes] = {}

    def check(self, case_id: str, *, force: bool = False) -> None:
        """Left to those who have the folder."""

    def manifest(self, case_id: str) -> bytes:
        """The manifest that came with the task."""
        if self._current is None:
            raise FileNotFoundError(case_id)
        return self._current

    def is_whole(self, case_id: str, outputs: Sequence[OutputFile]) -> bool:  # noqa: ARG002 - as Destination
        """Found out by those who have the folder."""
        return True

    def publish(self, case_id: str, files: Mapping[str, bytes]) -> None:  # noqa: ARG002 - as Destination
        """Keep the files for the way back."""
        self.files = files


def run_parcel(function: Callable[[Task], Done], parcel: Parcel) -> Delivery:
    """Do the work of a parcel. Whatever goes wrong is in the result; a worker that takes too long ends itself."""
    told = differences(parcel.versions, [versions_wanted(parcel.task.options)])
    if told:  # a worker that came later than those that were asked at the beginning
        return Delivery(failed(parcel.task, ExitCode.ENGINE, (refused(told),)), {})
    scratch = Path(get_worker().local_directory)
    with _ONE_AT_A_TIME, _ended_after(parcel.timeout), tempfile.TemporaryDirectory(dir=scratch) as folder:
        task, handed = _laid_out(parcel, Path(folder), scratch)
        done = function(task)
        return Delivery(_renamed(done, parcel, task), handed.files)


@contextmanager
def _ended_after(seconds: float) -> Iterator[None]:
    """End the process when it takes longer: Dask starts another, and gives the task to a living one.

    The watchdog of faulthandler needs no turn of the interpreter, so it also ends an engine that hangs.
    """
    with open(os.devnull, "w", encoding="ascii") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def _laid_out(parcel: Parcel, folder: Path, scratch: Path) -> tuple[Task, Handed]:
    """The task as it is done here: with its files in a private folder, and a set of templates that stays."""
    task = parcel.task
    case, directory = folder / "case", folder / "directory"
    for below, files in ((case, parcel.papers), (directory, parcel.entries)):
        below.mkdir()
        for path, content in files.items():
            (below / path).parent.mkdir(parents=True, exist_ok=True)
            (below / path).write_bytes(content)
    templates = _template_folder(parcel.templates, scratch) if parcel.templates else task.options.templates
    handed = Handed(task.out.folder(""), parcel.current)
    return (
        replace(
            task,
            source=replace(task.source, folder=case),
            out=task.out if task.out.is_shared else handed,
            options=replace(task.options, directory=directory, templates=str(templates)),
        ),
        handed,
    )


def _template_folder(templates: Mapping[str, bytes], scratch: Path) -> Path:
    """A folder with the set, by its contents, so that it is read and compiled once."""
    digest = hashlib.sha256(b"\0".join(b"\0".join((name.encode(), content)) for name, content in templates.items()))
    folder = scratch / f"templates-{digest.hexdigest()}"
    if not folder.is_dir():
        publish(templates, folder, _SET)
    return folder


def _renamed(done: Done, parcel: Parcel, task: Task) -> Done:
    """The result with the names that its files have where the task came from."""
    roots = {"directory": task.options.directory or Path(), "templates": Path(task.options.templates)}
    names: dict[str | None, str] = {}
    for path, name in parcel.names.items():
        root, _, below = path.partition("/")
        names[str(roots[root] / below)] = name
    problems = (replace(problem, file=names.get(problem.file, problem.file)) for problem in done.problems)
    return replace(done, problems=tuple(problems))
