"""One action on several cases: an invalid case does not stop the others."""

from __future__ import annotations

from collections.abc import Callable
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
    return _printed(outcome_of(work), style)


def attempt_in_fork(work: Callable[[], Value], style: OutputStyle, place: str, seconds: float) -> Outcome[Value]:
    """Do ``work`` in a fork of this process, because untrusted files may crash it or keep it busy."""
    try:
        outcome = in_fork(lambda: outcome_of(work), seconds)
    except WORKER_LOST as error:
        outcome = Outcome(None, ExitCode.ENGINE, (lost_worker(place, error),))
    return _printed(outcome, style)


def outcome_of(work: Callable[[], Value]) -> Outcome[Value]:
    """Do ``work``. Return its value, or its failure, which is not printed."""
    try:
        return Outcome(work())
    except VisaPacketError as error:
        return Outcome(None, error.exit_code, error.problems)
    except Exception as error:  # noqa: BLE001 - a bug in one case does not stop the others either
        return Outcome(None, ExitCode.BUG, (bug(error),))


def _printed(outcome: Outcome[Value], style: OutputStyle) -> Outcome[Value]:
    if outcome.code is not ExitCode.OK:
        print_problems(outcome.problems, style)
    return outcome
