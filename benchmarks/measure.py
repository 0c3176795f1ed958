"""What all measurements share: the example, a clock, and what is told about a list of times."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.options import BuildOptions
from pipeline.system.limited_client import LIMITED

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "wang-xiaoming" / "case.json"
AS_OF = date(2026, 11, 22)
OPTIONS = BuildOptions(AS_OF, force=True)

#: What other fields and files must agree with.
_FIXED = {"attachments", "passport", "visits", "visa", "registration_number", "plan_number", "tb_screening"}
_LONG, _FIRST_CHINESE, _LETTERS = 8, "\u3040", "一二三四五六七八九十"

Row = dict[str, float]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: runs of a process, packets in one, cases a rate; for memory whole and short ones."""

    runs: int
    packets: int
    rate: int
    memory: int
    short: int


FULL = Size(runs=7, packets=40, rate=60, memory=600, short=10_000)
QUICK = Size(runs=2, packets=4, rate=6, memory=20, short=40)


def timed(work: Callable[[], object]) -> float:
    """Seconds that ``work`` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def command(*words: object) -> list[str]:
    """The command line of visa-packet in this Python."""
    return [sys.executable, "-m", "pipeline", *map(str, words)]


def run(*words: object) -> None:
    """Run visa-packet in a process of its own."""
    subprocess.run(command(*words), check=True, capture_output=True)


def make_cases(count: int, folder: Path, *, papers: bool = True) -> Path:
    """So many cases like the example, with its papers or without any, one a line of a file.

    Each has an id of its own, which stands on every page, and other texts: nothing that was read or drawn before can be
    used again.
    """
    shutil.copytree(EXAMPLE.parent, folder, dirs_exist_ok=True)
    (folder / EXAMPLE.name).unlink(missing_ok=True)
    case = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    case.pop("$schema", None)
    if not papers:
        case["attachments"] = []
    lines = folder / "cases.jsonl"
    with lines.open("w", encoding="utf-8") as file:
        for number in range(count):
            varied = _varied(case, number) | {"case_id": f"case-{number:05}"}
            file.write(json.dumps(varied, ensure_ascii=False) + "\n")
    return lines


def _varied(value: Any, number: int) -> Any:
    """The same value with another letter in each text of Chinese characters that is long enough not to be a name."""
    if isinstance(value, dict):
        return {key: each if key in _FIXED else _varied(each, number) for key, each in value.items()}
    if isinstance(value, list):
        return [_varied(each, number) for each in value]
    if isinstance(value, str) and len(value) > _LONG and any(letter >= _FIRST_CHINESE for letter in value):
        letters = "".join(_LETTERS[int(digit)] for digit in str(number))
        return value[:-1] + letters + value[-1]
    return value


def processor_time() -> float:
    """Processor seconds of this process, and of the process with limits that it has started, with its forks."""
    process = LIMITED.start()
    times = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:15]
    return time.process_time() + sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


def spread(values: Sequence[float], unit: float = 1) -> Row:
    """Smallest, middle and largest value."""
    return {
        "min": min(values) * unit,
        "median": statistics.median(values) * unit,
        "max": max(values) * unit,
    }


def percentiles(values: Sequence[float], unit: float = 1) -> Row:
    """The 50th and the 95th percentile: half of the values, and all but one in twenty, are not larger."""
    ordered = sorted(values)
    return {f"p{part}": ordered[min(len(ordered) * part // 100, len(ordered) - 1)] * unit for part in (50, 95)}
