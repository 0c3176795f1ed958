"""Registration of the functions that check rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.case.base import Trilingual
from pipeline.case.model import Case


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in the case where a rule applies.

    ``details`` fill the rule's message: keys of the rule's own details, or names of things. Never a value.
    """

    pointer: str
    details: Sequence[str | Trilingual] = ()


CheckFunction = Callable[[Case, date], Iterable[Hit]]
CHECKS: dict[str, CheckFunction] = {}


def rule(rule_id: str) -> Callable[[CheckFunction], CheckFunction]:
    """Register a function as the check of one rule."""

    def register(check: CheckFunction) -> CheckFunction:
        CHECKS[rule_id] = check
        return check

    return register
