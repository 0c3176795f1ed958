"""The six questions of the application form ("Have you ever …"): only the applicant answers them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.cli.agents.answers import refusal
from pipeline.run.case_folder.fields import value_at, with_value

#: What each person answers in person: the questions, and what a yes is about.
_ANSWERS = ("application/questions", "application/details")


def check_speaker(data: Any, changes: Iterable[Mapping[str, Any]]) -> None:
    """Raise ToolError if a change that the applicant did not state gives, changes or removes one of the answers.

    The answers before and after are compared, so it does not matter which pointer leads to them.
    """
    for change in changes:
        former, data = data, with_value(data, change["pointer"], change["value"])
        if change["heard_from"] != "applicant" and _answers(former) != _answers(data):
            raise refusal(
                "the six questions and their details are answered by the applicant only",
                "ask the applicant, and set the answer with heard_from applicant",
            )


def _answers(data: Any) -> list[Any]:
    companions = value_at(data, "/companions")
    count = len(companions) if isinstance(companions, list) else 0
    people = ["/patient", *(f"/companions/{index}" for index in range(count))]
    found = [value_at(data, f"{person}/{name}") for person in people for name in _ANSWERS]
    return [answer for answer in found if answer not in (None, {})]
