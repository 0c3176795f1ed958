"""One action on several cases: an invalid case does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pipeline.cli.output import OutputStyle, print_problems
from pipeline.errors import ExitCode, Problem, VisaPacketError, bug
from pipeline.run.pools.fork import in_fork
from pipeline.run.pools.pool import WORKER_LOST, lost_worker

Value = TypeVar("Value")
_DEFAULT_STYLE = OutputStyle()


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Value]):
    """Outcome of one case: its value, or the exit code and the problems of its failure."""

    value: Value | None
    code: ExitCode = ExitCode.OK
    problems: tuple[Problem, ...] = ()


def attempt(work: Callable[[], Value], style: OutputStyle = _DEFAULT_STYLE) -> Outcome[Value]:
    """Do ``work``. Print its failure, and return it as an outcome."""
    try:
        return Outcome(work())
    except VisaPacketError as error:
        print_problems(error.problems, style)
        return Outcome(None, error.exit_code, error.problems)
    except Exception as error:  # noqa: BLE001 - a bug in one case does not stop the others either
        problem = bug(error)
        print_problems([problem], style)
        return Outcome(None, ExitCode.BUG, (problem,))


def attempt_in_fork(work: Callable[[], Value], style: OutputStyle, place: str, seconds: float) -> Outcome[Value]:
    """Do ``work`` in a fork of this process, because untrusted files may crash it or keep it busy."""
    try:
        return in_fork(lambda: attempt(work, style), seconds)
    except WORKER_LOST as error:
        problem = lost_worker(place, error)
        print_problems([problem], style)
        return Outcome(None, ExitCode.ENGINE, (problem,))


def overall(codes: Iterable[int]) -> ExitCode:
    """Return the exit code of a run: that of a single case, or SOME_FAILED if one of several failed."""
    found = list(codes)
    if len(found) == 1:
        return ExitCode(found[0])
    return ExitCode.SOME_FAILED if any(found) else ExitCode.OK
