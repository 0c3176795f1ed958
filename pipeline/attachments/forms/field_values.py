"""From the values of a case to what stands in a field. Nothing is written that the case does not say.

A text is made by tags, as in a Word template. It cannot read the applicant's answers to the six questions: a box for
one of them is ticked by ``chosen`` alone, which leaves a question without an answer empty (rule FRM-02).
"""

from __future__ import annotations

import html
from collections.abc import Mapping
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
    """Why an entry of a mapping gives no value; ``field`` is the part of the entry."""

    def __init__(self, message: str, hint: str, field: str = "choose") -> None:
        self.hint, self.field = hint, field
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a mapping may read; ``in_texts`` are those without the answers to the six questions."""

    all: Mapping[str, Any]
    in_texts: Mapping[str, Any]


def names_for(context: Mapping[str, Any]) -> Names:
    """The names of a document as a mapping may read them."""
    without = dict(context)
    without["answers"] = msgspec.structs.replace(context["answers"], questions=Questions())
    without |= {name: _unasked(context[name]) for name in ("applicant", "patient")}
    without["companions"] = tuple(_unasked(person) for person in context["companions"])
    return Names(context, without)


def _unasked(person: Person) -> Person:
    if person.application is None:
        return person
    return msgspec.structs.replace(person, application=msgspec.structs.replace(person.application, questions=None))


def written(source: str, names: Names) -> str:
    """The text that ``source`` makes. Raises ExpressionError."""
    hint = "write it as in a Word template; docs/forms.md has examples"
    environment = TemplateEnvironment()
    try:
        if not meta.find_undeclared_variables(environment.parse(source)):
            message = "the text reads nothing of the case; a form says only what the case says"
            raise ExpressionError(message, "take the value from the case, or leave the field empty", "text")
        # What is printed is escaped for Word; here it is plain text.
        return html.unescape(environment.from_string(source).render(names.in_texts)).strip()
    except JinjaError as error:
        raise ExpressionError(error.message or "the tag cannot be filled", hint, "text") from None
    except _UNUSABLE as error:
        raise ExpressionError(f"the tag cannot be filled ({type(error).__name__})", hint, "text") from None


def chosen(path: str, options: Mapping[str, str], names: Names) -> str | None:
    """What ``options`` say for the value at ``path``; None where the case has none, empty where they do not name it.

    Raises ExpressionError when there is no such value, or when two answers of a question lead to the same option.
    """
    steps = path.split(".")
    if _QUESTIONS in steps and len(set(options.values())) < len(options):
        raise ExpressionError("two answers lead to the same option", "give each answer its own", "options")
    value: Any = names.all
    for step in steps:
        if value is None:
            return None
        value = _below(value, step)
    if value is None:
        return None
    key = str(value).lower() if isinstance(value, bool) else str(value)
    return options.get(key, "")


def _below(value: Any, step: str) -> Any:
    """The field, key or entry of that name. Raises ExpressionError."""
    try:
        if step.isdecimal():
            return value[int(step)] if int(step) < len(value) else None
        if isinstance(value, Mapping):
            return value[step]
        if step in (*getattr(value, "__struct_fields__", ()), *getattr(value, "__slots__", ())):
            return getattr(value, step)
    except _UNUSABLE:
        pass
    raise ExpressionError(f"there is no name {step!r} here", "docs/templates.md lists the names")
