"""Many cases: each through the same task, several at a time, the results in the order of the inputs."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from pipeline.case.source import Source, read_case_id
from pipeline.errors import CaseError, ExitCode, JsonPlace, Problem
from pipeline.run.pools.pool import WORKER_LOST, Answer, Pool, lost
from pipeline.run.task import Done, Task, failed, run_task

#: How many tasks wait for each that is worked on: enough that no worker idles, and no more, so that memory stays flat.
_AHEAD = 3


def run_batch(tasks: Iterable[Task], pool: Pool) -> Iterator[Done]:
    """Run every task in ``pool``; yields what became of each, in order. A lost worker costs its task a retry."""
    waiting: deque[tuple[Task, Answer]] = deque()
    for task in tasks:
        waiting.append((task, pool.submit(run_task, task)))
        if len(waiting) > pool.jobs * _AHEAD:
            yield _finished(*waiting.popleft(), pool)
    while waiting:
        yield _finished(*waiting.popleft(), pool)


def check_ids(sources: Iterable[Source]) -> int:
    """How many cases there are. Raises CaseError when two have one id: both would be published as one packet."""
    first: dict[str, Source] = {}
    repeated: list[Problem] = []
    count = 0
    for source in sources:
        count += 1
        case_id = read_case_id(source)
        if case_id is None:
            continue
        if case_id in first:
            repeated.append(_repeated(source, first[case_id]))
        first.setdefault(case_id, source)
    if repeated:
        raise CaseError(repeated)
    return count


def _repeated(source: Source, other: Source) -> Problem:
    message = "an earlier case of this run has the same id, and its packet would be lost"
    hint = f"give each case its own id; the other is {other.name}"
    place = JsonPlace("/case_id", source.line if source.raw is not None else None)
    return Problem("case-id-repeated", "error", message, hint, source.file, place)


def _finished(task: Task, answer: Answer, pool: Pool) -> Done:
    """The result of a task; when its worker is lost twice, a finding about that."""
    try:
        return _done(answer)
    except WORKER_LOST:
        again = pool.submit(run_task, task)
    try:
        return _done(again)
    except WORKER_LOST as error:
        return failed(task, ExitCode.ENGINE, (lost(task.source.name, error),))


def _done(answer: Answer) -> Done:
    done: Done = answer.result()
    return done
