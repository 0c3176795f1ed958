"""Times visa-packet on this machine: whole processes, several runs each, and one packet by stage.

``python benchmarks/run.py`` prints a table (minimum, median, maximum in milliseconds) and writes
``benchmarks/results.json``. Figures are for people to compare; nothing fails because of them.
"""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from pipeline import build, destination, draw
from pipeline.check import Options
from pipeline.engines.office2pdf import Office2Pdf

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "examples" / "wang-xiaoming" / "case.json"
AS_OF = date(2026, 11, 22)
RUNS = 7

Times = dict[str, list[float]]


def processes(out: Path) -> Times:
    """Whole processes from a cold start: the help, a check, a build."""
    commands = {
        "process: --help": ["--help"],
        "process: templates check": ["templates", "check"],
        "process: validate": ["validate", str(EXAMPLE), "--as-of", AS_OF.isoformat()],
        "process: build": ["build", str(EXAMPLE), "-o", str(out), "--as-of", AS_OF.isoformat()],
    }
    return {name: [_timed(partial(_run, words)) for _ in range(RUNS)] for name, words in commands.items()}


def _run(words: list[str]) -> None:
    subprocess.run([sys.executable, "-m", "pipeline", *words], check=True, capture_output=True)


def stages(out: Path) -> Times:
    """One packet in a warm process, by stage; stages that run once a document are added up."""
    watched = {
        "check": (build, "check_case"),
        "fill": (draw, "fill"),
        "convert": (Office2Pdf, "convert"),
        "prove the page": (draw, "_check_page"),
        "all documents": (build, "draw_documents"),
        "merge": (build, "merge"),
        "verify": (build, "verify_files"),
        "publish": (destination, "publish"),
    }
    spent: dict[str, float] = {}
    for name, (owner, function) in watched.items():
        setattr(owner, function, _watched(name, getattr(owner, function), spent))
    times: Times = {}
    for run in range(RUNS + 1):
        spent.clear()
        spent["packet"] = _timed(lambda: build.build_case(EXAMPLE, out, Options(AS_OF)))
        if run:  # the first one warms up
            for name, seconds in spent.items():
                times.setdefault(f"warm: {name}", []).append(seconds)
    return times


def _watched(name: str, function: Callable[..., object], spent: dict[str, float]) -> Callable[..., object]:
    def watched(*args: object, **kwargs: object) -> object:
        started = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[name] = spent.get(name, 0.0) + time.perf_counter() - started

    return watched


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    """Measure, print, write."""
    with tempfile.TemporaryDirectory() as folder:
        times = processes(Path(folder)) | stages(Path(folder))
    rows = {
        name: {"min": min(found), "median": statistics.median(found), "max": max(found)}
        for name, found in times.items()
    }
    print(f"{'milliseconds, ' + str(RUNS) + ' runs':<26}{'min':>8}{'median':>8}{'max':>8}")
    for name, row in rows.items():
        print(f"{name:<26}" + "".join(f"{row[key] * 1000:>8.0f}" for key in ("min", "median", "max")))
    machine = {"python": platform.python_version(), "system": platform.platform(), "runs": RUNS}
    (HERE / "results.json").write_text(json.dumps({"machine": machine, "seconds": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
