"""One packet in a warm process, by stage, in milliseconds. Stages that run once a document are added up.

The time of a stage is the processor time of all processes, which other programs disturb less than the clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measure import OPTIONS, Row, Size, make_cases, percentiles, processor_time

from pipeline.documents import document as draw
from pipeline.documents import drawing as documents
from pipeline.documents.engines.typst import engine
from pipeline.publish import destination
from pipeline.run import one as build
from pipeline.run.inputs import sources

WATCHED: dict[str, tuple[Any, str]] = {
    "check": (build, "find_problems"),
    "read papers": (build, "read_papers"),
    "fill": (draw, "fill"),
    "fill for the engine": (engine, "_fill"),
    "compile": (engine, "_pdf"),
    "divide": (engine, "divide"),
    "prove the page": (draw, "_check_page"),
    "rules on pages": (documents, "check_page"),
    "merge": (build, "assemble"),
    "verify": (build, "verify_files"),
    "publish": (destination, "publish"),
}


def stages(size: Size, folder: Path) -> dict[str, Row]:
    """The processor time by stage, and of the packet also the time on the clock."""
    found: dict[str, list[float]] = {}
    spent: dict[str, float] = {}
    before = {name: getattr(owner, function) for name, (owner, function) in WATCHED.items()}
    for name, (owner, function) in WATCHED.items():
        setattr(owner, function, _watched(name, before[name], spent))
    try:
        for number, case in enumerate(sources((str(make_cases(size.packets + 1, folder / "cases")),))):
            spent.clear()
            wall, processor = time.perf_counter(), processor_time()
            build.build_case(case, folder / "out", OPTIONS)
            spent |= {"packet, on the clock": time.perf_counter() - wall, "packet": processor_time() - processor}
            if number:  # the first one warms up
                for name, seconds in spent.items():
                    found.setdefault(name, []).append(seconds)
    finally:
        for name, (owner, function) in WATCHED.items():
            setattr(owner, function, before[name])
    return {name: percentiles(times, 1000) for name, times in found.items()}


def _watched(name: str, function: Callable[..., object], spent: dict[str, float]) -> Callable[..., object]:
    def watched(*args: object, **kwargs: object) -> object:
        started = processor_time()
        try:
            return function(*args, **kwargs)
        finally:
            spent[name] = spent.get(name, 0.0) + processor_time() - started

    return watched
