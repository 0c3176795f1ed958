"""The stages of a build as data, and events that report its progress through them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, get_args

Stage = Literal["load", "plan", "check", "papers", "draw", "assemble", "verify", "publish"]
#: The stages in order. ``load`` is in ``run/task.py``, the others are in ``run/one.py``.
STAGES: tuple[Stage, ...] = get_args(Stage)


@dataclass(frozen=True, slots=True)
class StageEvent:
    """The start of a stage, or its end after ``seconds``."""

    stage: Stage
    seconds: float | None = None


Listener = Callable[[StageEvent], object]


class _Progress:
    """The stage in which a build is, for a listener."""

    def __init__(self, listen: Listener) -> None:
        self._listen = listen
        self._stage: Stage | None = None
        self._started = 0.0

    def enter(self, stage: Stage) -> None:
        self.leave()
        self._stage, self._started = stage, time.perf_counter()
        self._listen(StageEvent(stage))

    def leave(self) -> None:
        if self._stage is not None:
            self._listen(StageEvent(self._stage, time.perf_counter() - self._started))
        self._stage = None


_PROGRESS: ContextVar[_Progress | None] = ContextVar("progress", default=None)


@contextmanager
def observed(listen: Listener | None) -> Iterator[None]:
    """Call ``listen`` at the start and at the end of each stage of the builds inside this context."""
    progress = _Progress(listen) if listen else None
    before = _PROGRESS.set(progress)
    try:
        yield
    finally:
        _PROGRESS.reset(before)
        if progress is not None:
            progress.leave()


def enter(stage: Stage) -> None:
    """Report the end of the current stage and the start of another, if somebody listens."""
    if (progress := _PROGRESS.get()) is not None:
        progress.enter(stage)
