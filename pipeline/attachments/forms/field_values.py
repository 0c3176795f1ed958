"""Values of a case for the fields of a form. Every value comes from the case.

A text is made with tags, as in a Word template. It cannot read the applicant's answers to the six questions. Only
``read_choice`` ticks a box for an answer, and it leaves a question without an answer empty (rule FRM-02).
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from jinja2 import meta
from jinja2.exceptions import TemplateError as JinjaError

from pipeline.case.people import Companion, Patient, Questions
from pipeline.documents.environment import TemplateEnvironment

_QUESTIONS = "questions"
_UNUSABLE = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
Person = TypeVar("Person", Patient, Companion)


class ExpressionError(Exception):
    """An entry of a mapping gives no value: the name of its message; ``field`` is the invalid part of the entry."""

    def __init__(self, name: str, field: str = "choose", /, **parts: str) -> None:
        self.name, self.field, self.parts = name, field, parts
        super().__init__(name)


@dataclass(frozen=True, slots=True)
class MappingNames:
    """The names that a mapping may read; ``in_texts`` are those without the answers to the six questions."""

    all: Mapping[str, Any]
    in_texts: Mapping[str, Any]


def mapping_names(context: Mapping[str, Any]) -> MappingNames:
    """Return the names of a document for use in a mapping."""
    without = dict(context)
    without["answers"] = msgspec.structs.replace(context["answers"], questions=Questions())
    without |= {name: _without_questions(context[name]) for name in ("applicant", "patient")}
    without["companions"] = tuple(_without_questions(person) for person in context["companions"])
    return MappingNames(context, without)


def _without_questions(person: Person) -> Person:
    if person.application is None:
        return person
    return msgspec.structs.replace(person, application=msgspec.structs.replace(person.application, questions=None))


def render_text(source: str, names: MappingNames) -> str:
    """Return the text that ``source`` makes. Raises ExpressionError."""
    environment = TemplateEnvironment()
    try:
        if not meta.find_undeclared_variables(environment.parse(source)):
            raise ExpressionError("fixed", "text")
        # The environment escapes what is printed for Word; a form needs plain text.
        return html.unescape(environment.from_string(source).render(names.in_texts)).strip()
    except JinjaError as error:
        raise ExpressionError("tag", "text", reason=error.message or "the tag cannot be filled") from None
    except _UNUSABLE:
        raise ExpressionError("unsuitable", "text") from None


def read_choice(path: str, options: Mapping[str, Sequence[str]], names: MappingNames) -> str | None:
    """Return the word for the value at ``path``, by which ``options`` name the option of a form; None without a value.

    Raises ExpressionError if the path does not exist, or if two answers of a question lead to the same option.
    """
    steps = path.split(".")
    listed = [option for each in options.values() for option in each]
    if _QUESTIONS in steps and len(set(listed)) < len(listed):
        raise ExpressionError("answers", "options")
    value: Any = names.all
    for step in steps:
        if value is None:
            return None
        value = _step_down(value, step)
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _step_down(value: Any, step: str) -> Any:
    """Return the field, key or list entry of that name. Raises ExpressionError."""
    try:
        if step.isdecimal():
            return value[int(step)] if int(step) < len(value) else None
        if isinstance(value, Mapping):
            return value[step]
        if step in (*getattr(value, "__struct_fields__", ()), *getattr(value, "__slots__", ())):
            return getattr(value, step)
    except _UNUSABLE:
        pass
    raise ExpressionError("name", name=step)
