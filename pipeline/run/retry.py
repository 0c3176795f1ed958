"""Tasks in a pool: a lost worker costs its task one retry."""

from __future__ import annotations

from pipeline.errors import ExitCode
from pipeline.run.pools.pool import WORKER_LOST, PendingResult, Pool, lost_worker
from pipeline.run.task import Task, TaskResult, failed, run_task


def submit_task(task: Task, pool: Pool) -> PendingResult:
    """Start a task in ``pool``."""
    return pool.submit(run_task, task)


def await_task(task: Task, answer: PendingResult, pool: Pool) -> TaskResult:
    """Return the result of a task that was submitted. If its worker is lost, try again; a second loss is a failure."""
    try:
        return _done(answer)
    except WORKER_LOST:
        again = submit_task(task, pool)
    try:
        return _done(again)
    except WORKER_LOST as error:
        return failed(task, ExitCode.ENGINE, (lost_worker(task.source.name, error),))


def _done(answer: PendingResult) -> TaskResult:
    done: TaskResult = answer.result()
    return done
