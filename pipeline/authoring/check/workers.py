"""Checking several templates at once, each in a worker process that may break without breaking the others."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import IO, cast

from pipeline.authoring.check.finding import Finding, from_told
from pipeline.authoring.check.steps import Job
from pipeline.system.processes import start_child

_WORKER = "pipeline.authoring.check.worker"


@dataclass(frozen=True, slots=True)
class Result:
    """What was found in one template, and what it reads."""

    job: Job
    findings: tuple[Finding, ...]
    reads: frozenset[str]


def check_all(jobs: Sequence[Job]) -> list[Result]:
    """The result of each job, in order."""
    if not jobs:
        return []
    waiting: queue.SimpleQueue[tuple[int, Job]] = queue.SimpleQueue()
    for numbered in enumerate(jobs):
        waiting.put(numbered)
    results: dict[int, Result] = {}
    hands = min(len(jobs), len(os.sched_getaffinity(0)))
    with ThreadPoolExecutor(hands) as threads:
        for done in [threads.submit(_work, waiting, results) for _ in range(hands)]:
            done.result()
    return [results[number] for number in range(len(jobs))]


def _work(waiting: queue.SimpleQueue[tuple[int, Job]], results: dict[int, Result]) -> None:
    """Take one job after the other; with a new process whenever one broke."""
    while not waiting.empty():
        with _process() as process:
            while process.poll() is None:
                try:
                    number, job = waiting.get_nowait()
                except queue.Empty:
                    return
                results[number] = _checked(process, job)


@contextmanager
def _process() -> Iterator[subprocess.Popen[str]]:
    process = start_child(_WORKER, text=True, encoding="utf-8")
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _checked(process: subprocess.Popen[str], job: Job) -> Result:
    findings: list[Finding] = []
    reads: set[str] = set()
    about = "starting the check"
    try:
        print(json.dumps(asdict(job)), file=cast("IO[str]", process.stdin), flush=True)
    except OSError:  # it broke before
        return Result(job, (_broken(process, job, about),), frozenset())
    for line in cast("IO[str]", process.stdout):
        step = json.loads(line)
        if not step:
            return Result(job, tuple(findings), frozenset(reads))
        about = step["about"] or about
        findings += [from_told(found) for found in step["findings"]]
        reads.update(step["reads"])
    return Result(job, (*findings, _broken(process, job, about)), frozenset(reads))


def _broken(process: subprocess.Popen[str], job: Job, about: str) -> Finding:
    """What is said of a template that ended the process which checked it."""
    hint = "look for a loop inside a loop, or a text that is multiplied; if there is none, report the template as a bug"
    if process.wait() == -signal.SIGALRM:
        return Finding("template-time", "error", f"{about} took too long and was stopped", hint, job.path)
    return Finding("template-broke", "error", f"{about} broke the program that did it", hint, job.path)
