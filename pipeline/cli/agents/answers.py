"""What the tools answer: findings in one language, few at a time, and errors in words without a value of a case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mcp.server.mcpserver.exceptions import ToolError
from typing_extensions import TypedDict

from pipeline.errors import Problem
from pipeline.language import Language
from pipeline.run.case_folder.answers import REQUIRED, pointer_of

#: More findings than these are counted only.
MOST_FINDINGS = 25
MOST_REPORTED = 8
_SEVERITIES = ("error", "warning", "question", "info")


#: Said of a case that is not complete.
_LACKS = "open questions, which check_case lists"


#: A finding or a question by what is known of it: code, severity, message, hint, pointer, who, line, source, as_of.
FoundProblem = dict[str, Any]
_PARTS = ("code", "severity", "message", "hint", "pointer", "who", "line", "source", "as_of")


class FoundProblems(TypedDict):
    """FoundProblems of a case, each with code, severity, message, hint and what else is known of it.

    ``left_out`` were not listed.
    """

    counts: dict[str, Any]
    findings: list[FoundProblem]
    left_out: int


def refusal(message: str, hint: str) -> ToolError:
    """Return the error of a call that does nothing."""
    return ToolError(f"{message}; {hint}")


def problems_error(problems: Sequence[Problem], language: Language) -> ToolError:
    """Return problems as the error of a call, questions as a number. It names no file: a name may be in its name."""
    questions = sum(problem.code == REQUIRED for problem in problems)
    listed = findings_of((each for each in problems if each.code != REQUIRED), language)
    lines = [
        f"{' '.join(filter(None, (each['code'], each.get('pointer'))))}: {each['message']}; {each['hint']}"
        for each in listed["findings"]
    ]
    lines += [f"… and {listed['left_out']} more findings"] if listed["left_out"] else []
    return ToolError("\n".join([*lines, *([f"{_LACKS}: {questions}"] if questions else [])]))


def findings_of(problems: Iterable[Problem], language: Language, section: str = "") -> FoundProblems:
    """Return findings, errors first and questions last, of a section of the case or of all."""
    found = [_finding(each, language) for each in problems]
    return _first([each for each in found if is_below(each.get("pointer", ""), section)], MOST_FINDINGS)


def reported_findings(reported: Iterable[Mapping[str, Any]]) -> FoundProblems:
    """Return the findings that a command reported as JSON."""
    return _first(
        [
            _known({**{name: each.get(name) for name in _PARTS}, "pointer": each.get("field") or each.get("pointer")})
            for each in reported
        ],
        MOST_REPORTED,
    )


def _first(found: Sequence[FoundProblem], most: int) -> FoundProblems:
    """Return the most important findings, and the numbers of all."""
    ordered = sorted(found, key=lambda each: _SEVERITIES.index(each["severity"]))
    return {
        "counts": dict(Counter(each["severity"] for each in found)),
        "findings": ordered[:most],
        "left_out": max(len(found) - most, 0),
    }


def is_below(pointer: str, section: str) -> bool:
    """Return True if a pointer is that of a section, or below it."""
    top = f"/{section.strip('/')}"
    return top in {"/", pointer} or pointer.startswith(f"{top}/")


def _finding(problem: Problem, language: Language) -> FoundProblem:
    shown = problem.in_language(language)
    return _known(
        {
            "code": problem.code,
            "severity": problem.severity,
            "message": shown.located_message,
            "hint": shown.hint,
            "pointer": pointer_of(problem),
            "who": problem.args.get("who"),
            "line": problem.line,
            "source": problem.source,
            "as_of": problem.as_of,
        }
    )


def _known(parts: Mapping[str, Any]) -> FoundProblem:
    found = {name: part for name, part in parts.items() if part is not None}
    return found | ({"severity": "question"} if found["code"] == REQUIRED else {})
