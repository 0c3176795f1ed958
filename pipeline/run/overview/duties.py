"""Duties: what has to be done before a case can be filed, and by whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal, get_args

from pipeline.case.base import Trilingual
from pipeline.case.half_case import AbsentError
from pipeline.case.model import Case
from pipeline.case.people import PATIENT
from pipeline.errors import Problem
from pipeline.language import LANGUAGES
from pipeline.packet.paper_rules import REASON_RULE
from pipeline.packet.template_set import TemplateSet
from pipeline.resources import read_data
from pipeline.run.case_folder.answers import pointer_of
from pipeline.run.case_folder.places import PaperPlace, find_place, places
from pipeline.run.status import Item, Standing, Status
from pipeline.visa.timeline.step_words import Detail, fill, timeline_text

#: Who does something for a case. The agency is the office that uses this program.
Person = Literal["patient", "hospital", "guarantor", "agency"]
PEOPLE: tuple[Person, ...] = get_args(Person)

#: What is done, in the order in which it is best done.
Action = Literal["correct", "answer", "replace", "supply", "renew", "fill", "sign", "compare", "file"]
_ORDER: tuple[Action, ...] = get_args(Action)

#: Who issues or fills in a paper of the official list; the applicant supplies the others.
_ISSUERS: Mapping[str, tuple[Person, ...]] = {
    "combined_form": ("hospital", "guarantor"),
    "treatment_schedule": ("hospital",),
    "certificate_of_eligibility": ("hospital",),
}
_ACTIONS: Mapping[Standing, Action] = {
    "missing": "supply",
    "unusable": "replace",
    "expired": "renew",
    "unfilled": "fill",
    "unsigned": "sign",
    "filled": "sign",
    "changed": "compare",
    "uncompared": "compare",
}
#: Only the agency can tell if a scan is the right one.
_OF_THE_AGENCY = frozenset({"replace", "compare"})
#: Rules whose finding is a question, which a person has to answer: who that is, and the words of the question.
_ASKING: Mapping[str, tuple[Person, str]] = {REASON_RULE: ("hospital", "reason_for_visits")}
#: Lists of a case whose entries have a number in questions.
_NUMBERED = ("companions", "visits", "attachments")


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that somebody has to do. ``what`` is a question, a paper, a document or a mistake; never a value.

    ``pointer`` is the field or the paper in the case that it is about, if there is one.
    """

    who: Person
    action: Action
    what: Trilingual
    pointer: str | None = None


def duties_of(status: Status) -> tuple[Duty, ...]:
    """Return the duties of a case that can be read, the next one first. If nothing is open, it is to be filed."""
    found = [*_corrections(status), *(duty for item in status.open for duty in _of_item(item))]
    return _sorted(found) or (Duty("agency", "file", _worded("application")),)


def duties_of_half(problems: Iterable[Problem], case: Case, templates: TemplateSet) -> tuple[Duty, ...]:
    """Return the duties of a case that lacks fields: questions, mistakes, and papers that are needed for sure."""
    asked = [
        Duty(who, "answer", _words(problem), pointer_of(problem))
        for problem in problems
        for who in PEOPLE
        if problem.args.get("who") == who
    ]
    return _sorted(
        [*mistakes(problem for problem in problems if "who" not in problem.args), *asked, *_missing(case, templates)]
    )


def only_asks(status: Status) -> bool:
    """Return True if nothing blocks the build but questions that are not answered yet."""
    return bool(status.errors) and set(status.errors) <= _ASKING.keys()


def mistakes(problems: Iterable[Problem]) -> Iterator[Duty]:
    """Yield a duty of the agency for each error."""
    for problem in problems:
        if problem.severity == "error":
            yield Duty("agency", "correct", _words(problem), pointer_of(problem))


def _sorted(found: Iterable[Duty]) -> tuple[Duty, ...]:
    return tuple(sorted(found, key=lambda duty: _ORDER.index(duty.action)))


def _corrections(status: Status) -> Iterator[Duty]:
    """Yield the errors that block the build and that no open item stands for; some of them are questions."""
    covered = tuple(f"/attachments/{item.index}/" for item in status.open if item.index is not None)
    blocking = (each for each in status.problems if each.code in status.errors)
    for each in blocking:
        if each.code in _ASKING:
            who, question = _ASKING[each.code]
            yield Duty(who, "answer", _worded(question), each.pointer)
        elif not f"{each.pointer}/".startswith(covered):
            yield from mistakes([each])


def _of_item(item: Item) -> Iterator[Duty]:
    action = _ACTIONS[item.standing]
    title = item.title
    if item.fields is not None:
        title = _worded("fields", document=item.title, fields=item.fields)
    pointer = None if item.index is None else f"/attachments/{item.index}"
    for who in _who_acts(item, action):
        yield Duty(who, action, _of_person(title, item.person), pointer)


def _who_acts(item: Item, action: Action) -> tuple[Person, ...]:
    if action in _OF_THE_AGENCY:
        return ("agency",)
    if item.kind == "document":
        return (item.signed_by or "agency",)
    return _ISSUERS.get(item.id, ("patient",))


def _missing(case: Case, templates: TemplateSet) -> Iterator[Duty]:
    for place in places(case, templates):
        is_paper = place.document is None  # no document can be signed before the case is complete
        if is_paper and place.need == "needed" and not _is_supplied(place, case):
            for who in _ISSUERS.get(place.role, ("patient",)):
                yield Duty(who, "supply", _of_person(place.title, place.person))


def _is_supplied(place: PaperPlace, case: Case) -> bool:
    try:
        return any(find_place([place], paper.role, paper.person) for paper in case.attachments)
    except AbsentError:
        return False


def _of_person(title: Trilingual, person: str) -> Trilingual:
    if person == PATIENT:
        return title
    return timeline_text("papers", "of_companion", number=person.removeprefix("companion-"), paper=title)


def _words(problem: Problem) -> Trilingual:
    """Return the message of a problem; that of a mistake with its place."""
    texts = {language: problem.in_language(language).located_message for language in LANGUAGES}
    if problem.line is not None and "who" not in problem.args:
        place = f"{Path(problem.file or '').name}:{problem.line}:{problem.column}"
        texts = {language: f"{text} ({place})" for language, text in texts.items()}
    words = Trilingual(**texts)
    return _of_part(words, problem.pointer) if "who" in problem.args else words


def _of_part(what: Trilingual, pointer: str | None) -> Trilingual:
    """Return a question with the companion, visit or paper that it is about."""
    steps = (pointer or "").split("/")
    for part, number in pairwise(steps):
        if part in _NUMBERED and number.isdecimal():
            return _worded(part, number=int(number) + 1, what=what)
    return what


def _worded(key: str, **details: Detail) -> Trilingual:
    return fill(read_data("labels")["duty_words"][key], **details)
