"""Measures visa-packet on this machine: prints tables and writes ``benchmarks/results.json``.

``python benchmarks/run.py`` measures everything, which takes about half an hour; ``--quick`` takes a few
minutes and is for trying the benchmark itself. Figures are for people to compare; nothing fails because of them.
What must not grow is counted instead of timed: benchmarks/counted.py.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from many import memory, rates
from measure import FULL, QUICK, Row, Size
from processes import processes
from stages import stages
from usual import usual

RESULTS = Path(__file__).with_name("results.json")
PARTS: dict[str, tuple[str, Callable[[Size, Path], Any]]] = {
    "processes": ("whole processes from a cold start, milliseconds", processes),
    "stages": ("one packet in a warm process by stage, milliseconds", stages),
    "usual": ("the same documents the usual way", usual),
    "rates": ("packets a second", rates),
    "memory": ("resident memory over many cases, MB", memory),
}


def main() -> None:
    """Measure, print, write."""
    wanted = _arguments()
    size = QUICK if wanted.quick else FULL
    if wanted.cases:
        size = replace(size, memory=wanted.cases)
    results: dict[str, Any] = {"machine": _machine(), "size": vars_of(size)}
    for name in wanted.only or PARTS:
        title, measure = PARTS[name]
        with tempfile.TemporaryDirectory(prefix="visa-packet-bench-") as folder:
            results[name] = measure(size, Path(folder))
        tables = results[name] if name == "usual" else {title: results[name]}
        for heading, rows in tables.items():
            _print(f"{title}: {heading}" if name == "usual" else heading, rows)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def vars_of(size: Size) -> dict[str, int]:
    """The numbers of ``size`` by name."""
    return {name: getattr(size, name) for name in size.__slots__}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure visa-packet on this machine.")
    parser.add_argument("--quick", action="store_true", help="few runs, to try the benchmark itself")
    parser.add_argument("--cases", type=int, help=f"whole packets for the memory (default {FULL.memory})")
    parser.add_argument("--only", action="append", choices=list(PARTS), help="measure this part alone; may be repeated")
    return parser.parse_args()


def _machine() -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": len(os.sched_getaffinity(0)),
        "load": os.getloadavg()[0],
        "processor": _processor(),
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _print(title: str, rows: Mapping[str, Row]) -> None:
    columns = list(dict.fromkeys(key for row in rows.values() for key in row))
    print(f"\n{title}\n| what | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for name, row in rows.items():
        print(f"| {name} | {' | '.join(_number(row[key]) for key in columns)} |", flush=True)


def _number(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"  # noqa: PLR2004 - two figures are enough


if __name__ == "__main__":
    main()
