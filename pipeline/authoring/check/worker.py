"""A process that checks templates under limits of time and memory: what a template does to it, it does to it alone.

It reads one job a line from standard input and writes, a line each, the steps of the check as they begin and what they
found, then an empty object. When a step takes too long, the kernel ends the process: not even a library that never
returns to Python can prevent that.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from pipeline.authoring.check.finding import Finding
from pipeline.authoring.check.steps import Job, Step, check_template
from pipeline.system.processes import leave_interrupts_to_the_parent, limit_memory

#: For one step. The slowest step of the shipped templates takes 3 seconds on a slow machine.
STEP_SECONDS = 60
#: The same from the environment, for tests and for slow machines.
SECONDS_VARIABLE = "VISA_PACKET_STEP_SECONDS"
#: Address space. A conversion of 85 pages takes 1 GB of it.
MEMORY_BYTES = 4_000_000_000


def told(step: Step) -> dict[str, Any]:
    """A step as a JSON object."""
    return asdict(step)


def serve(jobs: Iterable[str], out: TextIO) -> None:
    """Do each job of ``jobs``, telling its steps to ``out``."""
    seconds = float(os.environ.get(SECONDS_VARIABLE, STEP_SECONDS))
    for line in jobs:
        job = Job(**json.loads(line))
        try:
            for step in check_template(job):
                print(json.dumps(told(step)), file=out, flush=True)
                signal.setitimer(signal.ITIMER_REAL, seconds)
        except Exception as error:  # noqa: BLE001 - whatever a template brings about is a finding about it
            print(json.dumps(told(Step("", (_raised(error, job),)))), file=out, flush=True)
        signal.setitimer(signal.ITIMER_REAL, 0)
        print("{}", file=out, flush=True)


def _raised(error: Exception, job: Job) -> Finding:
    """What is said of a template on which the check itself failed. The text of the error may quote it at length."""
    hint = "look for a loop inside a loop, or a text that is multiplied; if there is none, report the template as a bug"
    if isinstance(error, MemoryError):
        message = f"checking it takes more than {MEMORY_BYTES:,} bytes of memory"
        return Finding("template-memory", "error", message, hint, job.path)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    message = f"the check failed on it ({type(error).__name__} at {Path(frame.filename).name}:{frame.lineno})"
    return Finding("template-broke", "error", message, hint, job.path)


def main() -> None:
    """Serve standard input. Libraries that print do not reach what is read by the parent."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    leave_interrupts_to_the_parent()
    limit_memory(MEMORY_BYTES)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)
        serve(sys.stdin, out)


if __name__ == "__main__":
    main()
