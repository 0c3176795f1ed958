"""One finding of the check of templates, with the place where a person finds it in Word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.errors import Problem, Severity, WordPlace


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, or worth knowing, about a template or its packet.json; places of both kinds are optional."""

    code: str
    severity: Severity
    message: str
    hint: str
    file: str | None = None
    place: WordPlace | None = None
    pointer: str | None = None
    line: int | None = None
    column: int | None = None

    def told(self) -> dict[str, Any]:
        """The finding as a JSON object."""
        return asdict(self)


def from_told(told: Mapping[str, Any]) -> Finding:
    """The finding that ``told`` made a JSON object of."""
    place = told["place"]
    return Finding(**{**told, "place": WordPlace(**place) if place else None})


def from_problems(problems: Iterable[Problem]) -> list[Finding]:
    """Findings of what other stages tell as problems."""
    return [
        Finding(
            problem.code,
            problem.severity,
            problem.message,
            problem.hint,
            problem.file,
            problem.place if isinstance(problem.place, WordPlace) else None,
            pointer=problem.pointer,
            line=problem.line,
            column=problem.column,
        )
        for problem in problems
    ]
