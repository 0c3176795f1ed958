"""One case as a piece of work that can be sent to another process, and what became of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pipeline.bug import bug
from pipeline.build import Built, build_checked, built_from
from pipeline.check import Options, check_prepared, prepare
from pipeline.current import current_manifest
from pipeline.engines import load_engine
from pipeline.errors import ExitCode, Problem, VisaPacketError
from pipeline.inputs import Source

Status = Literal["built", "current", "failed"]


@dataclass(frozen=True, slots=True)
class Task:
    """Build the case of ``source`` into ``out``; without ``force`` only if there is no packet that is current."""

    source: Source
    out: Path
    options: Options
    force: bool = False


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


def run_task(task: Task) -> Done:
    """Do the work of one task. Whatever goes wrong is in the result; only what ends the process is raised."""
    started = time.perf_counter()
    known: list[str] = []
    try:
        done = _work(task, known)
    except VisaPacketError as error:
        done = failed(task, error.exit_code, error.problems, *known)
    except Exception as error:  # noqa: BLE001 - a bug in one case does not stop the others either
        done = failed(task, ExitCode.BUG, (bug(error),), *known)
    return replace(done, seconds=time.perf_counter() - started)


def failed(task: Task, code: ExitCode, problems: tuple[Problem, ...], case_id: str | None = None) -> Done:
    """A task of which nothing was published."""
    return Done(task.source.name, "failed", code, case_id, None, problems)


def _work(task: Task, known: list[str]) -> Done:
    """``known`` is given the case's id as soon as it is known, for the report of what fails later."""
    prepared = prepare(task.source, task.options)
    case_id = prepared.loaded.case.case_id
    known.append(case_id)
    folder, engine = task.out / case_id, load_engine(task.options.engine)
    manifest = None if task.force else current_manifest(prepared, task.options, engine, folder)
    if manifest is not None:
        current = built_from(manifest, folder)
        return Done(task.source.name, "current", ExitCode.OK, case_id, current, current.problems)
    built = build_checked(check_prepared(prepared, task.options), task.out, task.options)
    return Done(task.source.name, "built", ExitCode.OK, case_id, built, built.problems)
