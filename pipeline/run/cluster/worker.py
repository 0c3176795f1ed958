"""The worker side of the cluster: unpack a parcel, run its task, and leave no files."""

from __future__ import annotations

import faulthandler
import hashlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from distributed import get_worker

from pipeline.errors import ExitCode
from pipeline.packet.template_set import PACKET_FILE
from pipeline.publish.destination import Folder
from pipeline.publish.folder import NOTHING, FolderKind, publish
from pipeline.publish.manifest import Manifest
from pipeline.run.cluster.parcel import Delivery, Parcel
from pipeline.run.cluster.versions import find_differences, version_problem, wanted_versions
from pipeline.run.task import Task, TaskResult, failed

_SET = FolderKind("a template set", PACKET_FILE)
#: The engine converts one document at a time, even on a worker with several threads.
_ONE_AT_A_TIME = threading.Lock()


class ReturnedFiles(Folder):
    """Stands in for the output folder on a worker: published files are returned to the client."""

    def __init__(self, out: Path, current: bytes | None) -> None:
        super().__init__(out)
        self._current = current
        self.files: Mapping[str, bytes] = {}

    def check(self, case_id: str, *, force: bool = False, given_back: Mapping[str, bytes] = NOTHING) -> None:
        """Do nothing: the client checks its folder."""

    def manifest(self, case_id: str) -> bytes:
        """Return the manifest that was sent with the task."""
        if self._current is None:
            raise FileNotFoundError(case_id)
        return self._current

    def is_whole(self, case_id: str, manifest: Manifest) -> bool:  # noqa: ARG002 - as Destination
        """Return True: the client has checked its folder."""
        return True

    def publish(self, case_id: str, files: Mapping[str, bytes]) -> None:  # noqa: ARG002 - as Destination
        """Store the files for the client."""
        self.files = files


def run_parcel(function: Callable[[Task], TaskResult], parcel: Parcel) -> Delivery:
    """Run the task of a parcel. Failures are in the result; a worker that exceeds the time limit ends itself."""
    differences = find_differences(parcel.versions, [wanted_versions(parcel.task.options)])
    if differences:  # a worker that joined after the versions were compared
        return Delivery(failed(parcel.task, ExitCode.ENGINE, (version_problem(differences),)), {})
    scratch = Path(get_worker().local_directory)
    with _ONE_AT_A_TIME, _time_limit(parcel.timeout), tempfile.TemporaryDirectory(dir=scratch) as folder:
        task, returned = _laid_out(parcel, Path(folder), scratch)
        done = function(task)
        return Delivery(_renamed(done, parcel, task), returned.files)


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """End the process after that time: Dask starts another, and gives the task to a living one.

    The watchdog of faulthandler needs no turn of the interpreter, so it also ends an engine that hangs.
    """
    with open(os.devnull, "w", encoding="ascii") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def _laid_out(parcel: Parcel, folder: Path, scratch: Path) -> tuple[Task, ReturnedFiles]:
    """The task with its files in a private folder, and a template set that stays for later tasks."""
    task = parcel.task
    case, directory = folder / "case", folder / "directory"
    for below, files in ((case, parcel.papers), (directory, parcel.entries)):
        below.mkdir()
        for path, content in files.items():
            (below / path).parent.mkdir(parents=True, exist_ok=True)
            (below / path).write_bytes(content)
    templates = _template_folder(parcel.templates, scratch) if parcel.templates else task.options.templates
    returned = ReturnedFiles(task.out.folder(""), parcel.current)
    return (
        replace(
            task,
            source=replace(task.source, folder=case),
            out=task.out if task.out.is_shared else returned,
            options=replace(task.options, directory=directory, templates=str(templates)),
        ),
        returned,
    )


def _template_folder(templates: Mapping[str, bytes], scratch: Path) -> Path:
    """A folder for the set, named after its contents, so that it is read and compiled once."""
    digest = hashlib.sha256(b"\0".join(b"\0".join((name.encode(), content)) for name, content in templates.items()))
    folder = scratch / f"templates-{digest.hexdigest()}"
    if not folder.is_dir():
        publish(templates, folder, _SET)
    return folder


def _renamed(done: TaskResult, parcel: Parcel, task: Task) -> TaskResult:
    """The result with the names that its files have on the client."""
    roots = {
        "case": task.source.folder,
        "directory": task.options.directory or Path(),
        "templates": Path(task.options.templates),
    }
    names: dict[str | None, str] = {}
    for path, name in parcel.names.items():
        root, _, below = path.partition("/")
        names[str(roots[root] / below)] = name
    problems = (replace(problem, file=names.get(problem.file, problem.file)) for problem in done.problems)
    return replace(done, problems=tuple(problems))
