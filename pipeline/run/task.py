"""Tasks: the build of one case, which can be sent to another process, and its result."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.attachments.read_paper import prepare_reader
from pipeline.case.half_case import AbsentError, or_else
from pipeline.case.load import LoadedCase, load_case, load_draft
from pipeline.case.people import PersonName
from pipeline.case.source import Source, find_case_id
from pipeline.errors import CaseError, ExitCode, Problem, VisaPacketError, bug
from pipeline.options import BuildOptions
from pipeline.publish.destination import Destination
from pipeline.run.published_packet import FormerPacket, PublishedPacket, former_packet
from pipeline.run.stages import enter

Status = Literal["built", "current", "failed"]


@dataclass(frozen=True, slots=True)
class Task:
    """The build of the case of ``source`` into ``out``. ``names`` includes the patient's name in the result."""

    source: Source
    out: Destination
    options: BuildOptions
    names: bool = False


@dataclass(frozen=True, slots=True)
class TaskResult:
    """The result of a task. ``seconds`` is its run time, ``former`` an earlier packet that a failure left as it was."""

    name: str
    status: Status
    code: ExitCode = ExitCode.OK
    case_id: str | None = None
    built: PublishedPacket | None = None
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0
    patient: PersonName | None = None
    former: FormerPacket | None = None


def run_task(task: Task) -> TaskResult:
    """Run a task. Failures are in the result; only errors that end the process are raised."""
    started = time.perf_counter()
    loaded: LoadedCase | None = None
    enter("load")
    try:
        loaded = (load_draft if task.options.draft else load_case)(task.source, task.options.directory)
        done = _build(task, loaded)
    except VisaPacketError as error:
        done = failed(task, error.exit_code, error.problems)
    except Exception as error:  # noqa: BLE001 - a bug in one case does not stop the others either
        done = failed(task, ExitCode.BUG, (bug(error),))
    done = replace(done, seconds=time.perf_counter() - started)
    if loaded is None:
        return done
    return replace(done, case_id=loaded.case.case_id, patient=_name_in(loaded) if task.names else None)


def _name_in(loaded: LoadedCase) -> PersonName | None:
    """Return the name of the patient, None if a draft has none."""
    name = or_else(lambda: loaded.case.patient.name, None)
    return name if isinstance(name, PersonName) and isinstance(name.chinese, str) else None


def failed(task: Task, code: ExitCode, problems: tuple[Problem, ...]) -> TaskResult:
    """Return the result of a task that published nothing."""
    case_id = find_case_id(task.source)
    former = former_packet(case_id, task.out) if case_id else None
    return TaskResult(task.source.name, "failed", code, case_id, problems=problems, former=former)


def _build(task: Task, loaded: LoadedCase) -> TaskResult:
    built = build_loaded(loaded, task.out, task.options)
    return TaskResult(
        task.source.name, "current" if built.is_current else "built", built=built, problems=built.problems
    )


def build_loaded(loaded: LoadedCase, out: Destination, options: BuildOptions) -> PublishedPacket:
    """Build the packet of a case that was read; of a draft, it may lack fields. Raises a VisaPacketError."""
    prepare_reader()  # the limited process loads its libraries while this one loads those of the later stages
    # Imported now: an invalid case is reported before these libraries are loaded.
    from pipeline.run.one import build_packet  # noqa: PLC0415 - see above

    try:
        return build_packet(loaded, out, options)
    except AbsentError:  # more than a document depends on a missing field, such as the masks of a copy for others
        raise CaseError(replace(question, severity="error") for question in loaded.questions) from None
