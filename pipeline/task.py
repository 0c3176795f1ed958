"""One case as a piece of work that can be sent to another process, and what became of it."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.build import Built, build_checked
from pipeline.check import Options, check_prepared, prepare
from pipeline.current import current_manifest
from pipeline.engines import load_engine
from pipeline.errors import ExitCode, Problem, VisaPacketError
from pipeline.inputs import Source

Status = Literal["built", "current", "failed"]


@dataclass(frozen=True, slots=True)
class Task:
    """Build the case of ``source`` into ``out``, unless its packet is there and current; with ``force``, in any case."""

    source: Source
    out: Path
    options: Options
    force: bool = False


@dataclass(frozen=True, slots=True)
class BundleFacts:
    """One bundle of a packet, for reports: the manifest's row on it, with the path that it has now."""

    person: str
    path: Path
    sha256: str
    pages: int
    page_map: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a task. ``seconds`` is the time that it took where it ran."""

    name: str
    status: Status
    code: ExitCode
    case_id: str | None = None
    folder: Path | None = None
    bundles: tuple[BundleFacts, ...] = ()
    apart: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0


def run_task(task: Task) -> Done:
    """Do the work of one task. Whatever goes wrong is in the result; nothing is raised."""
