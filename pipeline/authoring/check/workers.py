"""Check templates in worker processes. A template that hangs, crashes or takes all memory costs only its own check."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.authoring.check.template import Job, TemplateResult, check_template, merge_trials, run_trial
from pipeline.authoring.check.trial_fill import Trial
from pipeline.errors import Problem
from pipeline.run.pools.pool import PendingResult, WorkerDiedError
from pipeline.run.pools.workers import LocalPool
from pipeline.system.processes import limit_memory

#: Processor time of one step: reading a template, or filling it once. The slowest step of the shipped templates takes
#: 3 seconds.
STEP_SECONDS = 60.0
#: The environment variable that changes it, for slow computers.
SECONDS_VARIABLE = "VISA_PACKET_STEP_SECONDS"
#: A step that waits, for a busy computer or for nothing, may take this many times as long by the clock.
_PATIENCE = 10
#: Address space. A conversion of 85 pages takes 1 GB of it.
MEMORY_BYTES = 4_000_000_000


def check_all(
    jobs: Sequence[Job], seconds: float = STEP_SECONDS, progress: Callable[[int, int], None] | None = None
) -> list[TemplateResult]:
    """Check each template, and return the results in order. ``seconds`` of processor time are the limit of one step.

    ``progress`` is called after each template with the number of those that are done, and of all.
    """
    if not jobs:
        return []
    workers = min(len(jobs), len(os.sched_getaffinity(0)))
    pool = LocalPool(workers, seconds * _PATIENCE, confine, cpu_seconds=seconds)
    try:
        texts = [pool.submit(run_step, (job, None)) for job in jobs]
        results, trials = [], []
        for job, answer in zip(jobs, texts, strict=True):
            result = _wait(answer, job)
            results.append(result)
            trials.append([(trial, pool.submit(run_step, (job, trial))) for trial in result.trials])
        for number, (job, result) in enumerate(zip(jobs, results, strict=True)):
            findings = merge_trials((trial, _wait(answer, job).findings) for trial, answer in trials[number])
            results[number] = TemplateResult((*result.findings, *findings), result.reads)
            if progress is not None:
                progress(number + 1, len(jobs))
        return results
    finally:
        pool.stop()


def _wait(answer: PendingResult, job: Job) -> TemplateResult:
    try:
        result: TemplateResult = answer.result()
    except TimeoutError:
        slow = f"on a slow computer, set {SECONDS_VARIABLE} to more seconds of processor time for each step"
        return _failure("template-time", "the check took too long and was stopped", job, slow)
    except WorkerDiedError:
        return _failure("template-broke", "the process of the check crashed", job)
    return result


def _failure(
    code: str, message: str, job: Job, otherwise: str = "otherwise report the template as a bug"
) -> TemplateResult:
    hint = f"look for a loop inside a loop, or a text that is multiplied; {otherwise}"
    return TemplateResult((Problem(code, "error", message, hint, job.path),))


def confine() -> None:
    """Limit the memory of this worker."""
    limit_memory(MEMORY_BYTES)


def run_step(task: tuple[Job, Trial | None]) -> TemplateResult:
    """Read a template, or fill it once. A failure of the check is reported without its message, which may quote."""
    job, trial = task
    try:
        return check_template(job) if trial is None else run_trial(job, trial)
    except MemoryError:
        return _failure("template-memory", f"the check takes more than {MEMORY_BYTES:,} bytes of memory", job)
    except Exception as error:  # noqa: BLE001 - every failure that a template causes is a finding on it
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        return _failure("template-broke", f"the check failed at {where}", job)
