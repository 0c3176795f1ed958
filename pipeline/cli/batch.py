"""Building many cases: a line a case while it runs, and at the end what failed."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from pipeline.batch import check_ids, run_batch
from pipeline.check import Options
from pipeline.cli.built import result_of
from pipeline.cli.many import overall
from pipeline.cli.report import Report, Telling, document_of, show
from pipeline.errors import ExitCode
from pipeline.inputs import STANDARD_INPUT, Source, sources
from pipeline.pool import LocalPool, Pool
from pipeline.publish import sweep
from pipeline.task import Done, Task

_MARKS = {"built": ("built", "green"), "current": ("current", "cyan"), "failed": ("failed", "red")}


@dataclass(frozen=True, slots=True)
class Work:
    """Which cases, where to, how."""

    cases: tuple[str, ...]
    out: Path
    options: Options
    force: bool


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run over many cases is done and told."""

    telling: Telling
    jobs: int | None
    timeout: float
    quiet: bool
    as_json: bool


def build_many(work: Work, manner: Manner) -> ExitCode:
    """Build every case of ``work``. Raises CaseError before any work when two cases have one id."""
    total = None if STANDARD_INPUT in work.cases else check_ids(sources(work.cases))
    jobs = min(manner.jobs or _cores(), total or _cores())
    tasks = (Task(source, work.out, work.options, work.force) for source in _once(sources(work.cases)))
    tally = _Tally(manner, total)
    with _pool(LocalPool(jobs, manner.timeout), work.out) as pool, tally.shown():
        for done in run_batch(tasks, pool):
            tally.add(done)
    return tally.end()
