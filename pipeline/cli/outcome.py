"""Doing the same to several cases: one bad case does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pipeline.cli.output import Telling, show
from pipeline.errors import ExitCode, Problem, VisaPacketError, bug
from pipeline.run.pools.fork import in_fork
from pipeline.run.pools.pool import WORKER_LOST, lost

Value = TypeVar("Value")
_IN_FULL = Telling()


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Value]):
    """What became of one case: its value, or the code and problems of its failure."""

    value: Value | None
    code: ExitCode = ExitCode.OK
    problems: tuple[Problem, ...] = ()


def attempt(work: Callable[[], Value], telling: Telling = _IN_FULL) -> Outcome[Value]:
    """Do ``work``; a failure that a user can understand is shown and becomes an outcome."""
    try:
        return Outcome(work())
    except VisaPacketError as error:
        show(error.problems, telling)
        return Outcome(None, error.exit_code, error.problems)
    except Exception as error:  # noqa: BLE001 - a bug in one case does not stop the others either
        problem = bug(error)
        show([problem], telling)
        return Outcome(None, ExitCode.BUG, (problem,))


def attempt_apart(work: Callable[[], Value], telling: Telling, place: str, seconds: float) -> Outcome[Value]:
    """The same in a fork of this process, for what strangers wrote may break it, or take without end."""
    try:
        return in_fork(lambda: attempt(work, telling), seconds)
    except WORKER_LOST as error:
        problem = lost(place, error)
        show([problem], telling)
        return Outcome(None, ExitCode.ENGINE, (problem,))


def overall(codes: Iterable[int]) -> ExitCode:
    """Exit code of a run: of one case its own; of many, whether some failed."""
    found = list(codes)
    if len(found) == 1:
        return ExitCode(found[0])
    return ExitCode.SOME_FAILED if any(found) else ExitCode.OK
