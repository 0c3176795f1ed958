"""Many cases: each through the same pipeline, several at a time, the results in the order of the inputs."""

from __future__ import annotations

import os
import shutil
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pipeline.case.source import Source, read_case_id
from pipeline.errors import CaseError, JsonPlace, Problem, TemplateError
from pipeline.formats.messages import worded_problem
from pipeline.options import BuildOptions
from pipeline.packet.set_files import load_template_set
from pipeline.run.cluster.client import Cluster, ClusterPool
from pipeline.run.inputs import STANDARD_INPUT
from pipeline.run.pools.event_pipe import TaskListener
from pipeline.run.pools.pool import PendingResult, Pool
from pipeline.run.pools.workers import LocalPool
from pipeline.run.retry import await_task, submit_task
from pipeline.run.task import Task, TaskResult
from pipeline.system.atomic import work_folder

#: Waiting tasks per running task: enough to keep the workers busy, few enough to keep memory flat.
_AHEAD = 3


class RepeatedIdsError(CaseError):
    """Cases have the id of another one. ``repeated`` has a problem for each of them."""

    def __init__(self, repeated: Sequence[tuple[Source, Problem]]) -> None:
        super().__init__(problem for _, problem in repeated)
        self.repeated = repeated


def run_many(tasks: Iterable[Task], pool: Pool) -> Iterator[TaskResult]:
    """Run every task in ``pool``. Yield their results in order."""
    waiting: deque[tuple[Task, PendingResult]] = deque()
    for task in tasks:
        waiting.append((task, submit_task(task, pool)))
        if len(waiting) > pool.jobs * _AHEAD:
            yield await_task(*waiting.popleft(), pool)
    while waiting:
        yield await_task(*waiting.popleft(), pool)


def check_ids(sources: Iterable[Source]) -> int:
    """Return the number of cases. Raises RepeatedIdsError if two have the same id: they would replace each other."""
    first: dict[str, Source] = {}
    repeated: list[tuple[Source, Problem]] = []
    count = 0
    for source in sources:
        count += 1
        case_id = read_case_id(source)
        if case_id is None:
            continue
        if case_id in first:
            repeated.append((source, _repeated(source, first[case_id])))
        first.setdefault(case_id, source)
    if repeated:
        raise RepeatedIdsError(repeated)
    return count


def pin_templates(options: BuildOptions) -> BuildOptions:
    """Return the options with the hash of the template set, because each worker reads the files of the set itself."""
    try:
        return replace(options, templates_sha256=load_template_set(options.templates).sha256)
    except TemplateError:  # reported for each case
        return options


def make_pool(
    cluster: Cluster | None, options: BuildOptions, jobs: int, timeout: float, listen: TaskListener | None = None
) -> Pool:
    """Return the workers of ``cluster``, or else ``jobs`` local worker processes, which report events to ``listen``."""
    return ClusterPool(cluster, options, timeout) if cluster else LocalPool(jobs, timeout, listen=listen)


@contextmanager
def saved_standard_input(arguments: Iterable[str], folder: Path) -> Iterator[Path | None]:
    """Save standard input to a private file in ``folder`` if the arguments name it, because it is read twice."""
    if STANDARD_INPUT not in arguments:
        yield None
        return
    with work_folder(folder, "standard-input") as work:
        saved = work / "cases.jsonl"
        with saved.open("xb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield saved


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _repeated(source: Source, other: Source) -> Problem:
    place = JsonPlace("/case_id", source.line if source.raw is not None else None)
    problem = worded_problem("case-id-repeated", room="run", other=other.name)
    return replace(problem, file=source.file, place=place)
