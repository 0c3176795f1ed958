"""One case as a piece of work that can be sent to another process, and what became of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Literal, TypedDict

from pipeline.attachments.read_paper import warm_up
from pipeline.case.people import PersonName
from pipeline.case.source import Source
from pipeline.documents.engines.engine import load_engine
from pipeline.errors import ExitCode, Problem, VisaPacketError, bug
from pipeline.options import Options
from pipeline.publish.destination import Destination
from pipeline.run.check import check_prepared, prepare
from pipeline.run.freshness import current_manifest
from pipeline.run.one import Built, build_checked, built_from

Status = Literal["built", "current", "failed"]


@dataclass(frozen=True, slots=True)
class Task:
    """Build the case of ``source`` into ``out``; without ``force`` only if there is no packet that is current.

    Only with ``names`` does the result carry the patient's name.
    """

    source: Source
    out: Destination
    options: Options
    force: bool = False
    names: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a task. ``seconds`` is the time that it took where it ran."""

    name: str
    status: Status
    code: ExitCode = ExitCode.OK
    case_id: str | None = None
    built: Built | None = None
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0
    patient: PersonName | None = None


class _Known(TypedDict, total=False):
    """What is known of a case before its work ends, for the report of what fails later."""

    case_id: str
    patient: PersonName


def run_task(task: Task) -> Done:
    """Do the work of one task. Whatever goes wrong is in the result; only what ends the process is raised."""
    started = time.perf_counter()
    known: _Known = {}
    try:
        done = _work(task, known)
    except VisaPacketError as error:
        done = failed(task, error.exit_code, error.problems)
    except Exception as error:  # noqa: BLE001 - a bug in one case does not stop the others either
        done = failed(task, ExitCode.BUG, (bug(error),))
    return replace(done, seconds=time.perf_counter() - started, **known)


def failed(task: Task, code: ExitCode, problems: tuple[Problem, ...]) -> Done:
    """A task of which nothing was published."""
    return Done(task.source.name, "failed", code, problems=problems)


def _work(task: Task, known: _Known) -> Done:
    warm_up()
    prepared = prepare(task.source, task.options)
    case_id = prepared.loaded.case.case_id
    known["case_id"] = case_id
    if task.names:
        known["patient"] = prepared.loaded.case.patient.name
    engine = load_engine(task.options.engine)
    manifest = None if task.force else current_manifest(prepared, task.options, engine, task.out)
    if manifest is not None:
        current = built_from(manifest, task.out.folder(case_id))
        return Done(task.source.name, "current", ExitCode.OK, case_id, current, current.problems)
    built = build_checked(check_prepared(prepared, task.options), task.out, task.options, force=task.force)
    return Done(task.source.name, "built", ExitCode.OK, case_id, built, built.problems)
