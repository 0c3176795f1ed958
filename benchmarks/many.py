"""Many cases: packets a second by number of workers, and the memory of all processes while thousands are built."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from measure import AS_OF, Row, Size, command, make_cases
from resident import descendants, resident

from pipeline.authoring.starter import start_template

_EVERY = 20  # cases between two looks at the memory
#: Packets before the rate is taken: each worker has loaded everything then.
_WARM = 4


@dataclass
class Memory:
    """Largest resident memory of the parent and of any of its workers, in MB, as cases go by."""

    parent: list[float] = field(default_factory=list)
    worker: list[float] = field(default_factory=list)

    def look(self, pid: int) -> None:
        """Add what the processes have now."""
        self.parent.append(resident(pid))
        self.worker.append(max((resident(child) for child in descendants(pid)), default=0.0))

    def told(self, what: str) -> dict[str, Row]:
        """Near the beginning, when workers are warm, and at the end."""
        tenth = max(len(self.parent) // 10, 1)
        return {
            f"{name}, {what}": {
                "first tenth": max(values[:tenth]),
                "last tenth": max(values[-tenth:]),
                "max": max(values),
            }
            for name, values in (("parent", self.parent), ("worker", self.worker))
        }


def rates(size: Size, folder: Path) -> dict[str, Row]:
    """Packets a second, all documents and attachments of the example, for 1, 2 and 4 workers."""
    return {f"{jobs} workers": {"packets/s": _rate(size.rate * jobs, jobs, folder)} for jobs in (1, 2, 4)}


def memory(size: Size, folder: Path) -> dict[str, Row]:
    """Memory over many cases: of one letter without papers, so that there can be very many, and of whole packets."""
    start_template("letter", folder / "set")
    short = ("--templates", folder / "set", "--allow-missing")
    return {
        **_memory(make_cases(size.short, folder / "short", papers=False), folder, f"{size.short:,} letters", *short),
        **_memory(make_cases(size.memory, folder / "whole"), folder, f"{size.memory:,} whole packets"),
    }


def _memory(cases: Path, folder: Path, what: str, *words: object) -> dict[str, Row]:
    """Once the workers are warm, or at least once."""
    found = Memory()
    for number, pid in enumerate(_built(cases, 2, folder / "out", *words)):
        if number % _EVERY == 0 and (number >= _WARM * 2 or not found.parent):
            found.look(pid)
    return found.told(what)


def _rate(cases: int, jobs: int, folder: Path) -> float:
    source = make_cases(cases + _WARM * jobs, folder / "cases")
    times = [time.perf_counter() for _ in _built(source, jobs, folder / "out")][_WARM * jobs - 1 :]
    return (len(times) - 1) / (times[-1] - times[0])


def _built(cases: Path, jobs: int, out: Path, *more: object) -> Iterator[int]:
    """Build the cases; yields the process's number as each is done. Packets are removed as they come."""
    words = command("build", cases, "-o", out, "-j", jobs, "--as-of", AS_OF, "--jsonl", "--no-report", *more)
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            done = json.loads(line)
            if done["event"] != "result":
                continue
            if done["status"] != "built":
                raise RuntimeError(line)
            shutil.rmtree(out / done["case_id"])
            yield process.pid
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words)
