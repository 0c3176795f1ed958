"""What a run has while it goes on: memory, open files and processes, as cases go by."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from resident import descendants, resident

_EVERY = 0.25  # seconds


@dataclass(frozen=True)
class Sample:
    """Resident memory in MB and open files of the first process, the most that any below it has, and all processes."""

    cases: int
    parent_mb: float
    worker_mb: float
    parent_files: int
    worker_files: int
    processes: int


@dataclass
class Samples:
    """Taken by ``look`` a few times a second; ``out`` is the folder in which packets appear."""

    out: Path
    taken: list[Sample] = field(default_factory=list)
    _next: float = 0

    def look(self, pid: int) -> None:
        """Look at the run whose first process this is, if it is time."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _EVERY
        below = list(descendants(pid))
        self.taken.append(
            Sample(
                cases=sum(not path.name.startswith(".") for path in self.out.iterdir()),
                parent_mb=resident(pid),
                worker_mb=max(map(resident, below), default=0),
                parent_files=_files(pid),
                worker_files=max(map(_files, below), default=0),
                processes=1 + len(below),
            )
        )

    def most(self, after: float, until: float) -> Sample:
        """The most of each between two numbers of cases. What comes and goes with a paper is in it at both times."""
        chosen = [sample for sample in self.taken if after < sample.cases <= until]
        assert len(chosen) > 5, f"{len(chosen)} looks between {after} and {until} cases"
        return Sample(
            cases=chosen[-1].cases,
            parent_mb=max(sample.parent_mb for sample in chosen),
            worker_mb=max(sample.worker_mb for sample in chosen),
            parent_files=max(sample.parent_files for sample in chosen),
            worker_files=max(sample.worker_files for sample in chosen),
            processes=max(sample.processes for sample in chosen),
        )


def _files(pid: int) -> int:
    try:
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return 0
