"""One case as a piece of work that can be sent to another process, and the result of that work."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.case.load import LoadedCase, load_case
from pipeline.case.people import PersonName
from pipeline.case.source import Source
from pipeline.errors import ExitCode, Problem, VisaPacketError, bug
from pipeline.options import BuildOptions
from pipeline.publish.destination import Destination
from pipeline.run.built import Built

Status = Literal["built", "current", "failed"]


@dataclass(frozen=True, slots=True)
class Task:
    """Build the case of ``source`` into ``out``. ``names`` includes the patient's name in the result."""

    source: Source
    out: Destination
    options: BuildOptions
    names: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a task. ``seconds`` is the time that it took where it ran."""

    name: str
    status: Status
    code: ExitCode = ExitCode.OK
    case_id: str | None = None
    built: Built | None = None
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0
    patient: PersonName | None = None


def run_task(task: Task) -> Done:
    """Do the work of one task. Every failure is in the result; only what ends the process is raised."""
    started = time.perf_counter()
    loaded: LoadedCase | None = None
    try:
        loaded = load_case(task.source, task.options.directory)
        done = _build(task, loaded)
    except VisaPacketError as error:
        done = failed(task, error.exit_code, error.problems)
    except Exception as error:  # noqa: BLE001 - a bug in one case does not stop the others either
        done = failed(task, ExitCode.BUG, (bug(error),))
    done = replace(done, seconds=time.perf_counter() - started)
    if loaded is None:
        return done
    return replace(done, case_id=loaded.case.case_id, patient=loaded.case.patient.name if task.names else None)


def failed(task: Task, code: ExitCode, problems: tuple[Problem, ...]) -> Done:
    """The result of a task that published nothing."""
    return Done(task.source.name, "failed", code, problems=problems)


def _build(task: Task, loaded: LoadedCase) -> Done:
    # Imported now: an invalid case is reported before the libraries of the later stages are loaded.
    from pipeline.run.one import build_packet  # noqa: PLC0415 - see above

    built = build_packet(loaded, task.out, task.options)
    return Done(task.source.name, "current" if built.is_current else "built", built=built, problems=built.problems)
