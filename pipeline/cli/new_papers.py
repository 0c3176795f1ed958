"""The papers that ``visa-packet add`` adds: what each file is, asked for where nothing says it, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import click

from pipeline.case.filing import BLANK_FORM, SIGNED, AttachmentRole
from pipeline.case.people import PATIENT
from pipeline.cli.terminal import print_line
from pipeline.errors import AttachmentError, InputError, Problem
from pipeline.formats.files import resolved
from pipeline.formats.messages import worded_problem, words
from pipeline.language import SEPARATORS, Language
from pipeline.run.case_folder.adding import NewPaper, find_repeated, without_repeated
from pipeline.run.case_folder.case_text import ROOM, CaseText
from pipeline.run.case_folder.deciding import ROLES, Decision, Given, decide, read_files, role_problem
from pipeline.run.case_folder.paper_guess import Reason, question_of_day, travellers
from pipeline.run.case_folder.places import find_place
from pipeline.run.case_folder.signed_scan import find_packet, printed_document
from pipeline.visa.labels import label


@dataclass(frozen=True, slots=True)
class Said:
    """What the command line says: about the files, and how to ask and answer."""

    given: Given
    issued_on: date | None
    as_of: date
    language: Language
    asks: bool


def new_papers(
    case: CaseText, paths: Sequence[Path], packet: Path | None, said: Said, skipped: list[Problem]
) -> list[tuple[NewPaper, tuple[str, ...]]]:
    """Return the papers to add, each with what was decided in words. Raises with the problems of all files.

    Why a file is not added although it can be used is appended to ``skipped``.
    """
    decisions, problems = [], list[Problem]()
    for file in without_repeated(case, read_files(paths, said.given, case), skipped):
        try:
            decision = decide(case, file, said.given, said.as_of)
            decisions.append(_asked(case, decision, said))
        except AttachmentError as error:
            problems += error.problems
    if problems:
        raise AttachmentError(problems)
    return [_printed(case, *_new(case, decision, said), packet) for decision in decisions]


def _printed(
    case: CaseText, paper: NewPaper, lines: tuple[str, ...], packet: Path | None
) -> tuple[NewPaper, tuple[str, ...]]:
    """Return a paper, with the hash of what was printed if it is a signed original. Raises InputError."""
    if paper.role != SIGNED or paper.document is None:
        return paper, lines
    entry = printed_document(case, find_packet(case, packet), paper.document, paper.person)
    return replace(paper, printed_hash=entry["printed_hash"]), lines


def _asked(case: CaseText, decision: Decision, said: Said) -> Decision:
    """Return a decision with a role and a person, asked for if necessary. Raises AttachmentError."""
    if decision.role is None:
        if not said.asks:
            raise AttachmentError(role_problem(decision))
        roles = list(dict.fromkeys([*decision.candidates, *ROLES]))
        titles = [_title(case, role, decision.person, said.language) for role in roles]
        role = roles[_choose("ask_role", decision.file.name, titles, said.language)]
        decision = replace(decision, role=role, reasons=(Reason("asked", {}), *decision.reasons))
    if not decision.is_sure_person and said.asks:
        people = list(travellers(case.json_file.fields))
        named = [traveller_text(person, said.language) for person in people]
        person = people[_choose("ask_person", decision.file.name, named, said.language)]
        return replace(decision, person=person, is_sure_person=True)
    return decision


def _new(case: CaseText, decision: Decision, said: Said) -> tuple[NewPaper, tuple[str, ...]]:
    """Return the paper of a decision, and the lines that say why, and on which day it was issued."""
    role: AttachmentRole = decision.role or "other"
    language = said.language
    reasons = decision.reasons if decision.is_sure_person else (*decision.reasons, Reason("default_person", {}))
    lines = [
        add_text(
            "line",
            language,
            title=_title(case, role, decision.person, language, decision.document),
            person=traveller_text(decision.person, language),
            reasons=SEPARATORS[language].join(_reason(reason, language) for reason in reasons),
        )
    ]
    if decision.looks_like is not None:
        lines.append(
            add_text("looks_like", language, role=_title(case, decision.looks_like, decision.person, language))
        )
    day, about_day = _day(decision, role, said)
    paper = NewPaper(decision.file, role, decision.person, day, decision.document)
    return paper, (*lines, *about_day)


def _day(decision: Decision, role: str, said: Said) -> tuple[date | None, list[str]]:
    """Return the day of issue, and a line about it; asked for if the role needs one."""
    asked, language = question_of_day(role), said.language
    if said.issued_on is not None:
        return said.issued_on, [add_text("issued_given", language, day=said.issued_on)]
    if asked is None:
        return None, []
    question = words("days", asked, room=ROOM)[language]
    if said.asks:
        day = _ask_day(decision, question, said)
        return day, [] if day is None else [add_text("issued_given", language, day=day)]
    if decision.day is not None and decision.is_labelled:
        return decision.day, [add_text("issued_read", language, day=decision.day)]
    return None, [add_text("no_day", language, question=question)]


def _ask_day(decision: Decision, question: str, said: Said) -> date | None:
    text = add_text("ask_day", said.language, file=decision.file.name, question=question)
    while True:
        answer = str(click.prompt(text, default=decision.day or "", show_default=decision.day is not None))
        if not answer.strip():
            return None
        try:
            day = date.fromisoformat(answer.strip())
        except ValueError:
            day = date.max
        if day <= said.as_of:
            return day
        print_line(add_text("bad_day", said.language))


def _choose(question: str, name: str, choices: Sequence[str], language: Language) -> int:
    """Ask for one of several choices, which are numbered. Return its index."""
    for number, choice in enumerate(choices, start=1):
        print_line(f"  {number:>2}  {choice}")
    text = add_text(question, language, file=name)
    return int(click.prompt(text, type=click.IntRange(1, len(choices)))) - 1


def signed_paper(
    case: CaseText, papers: Sequence[Path], document: str, packet: Path | None, said: Said
) -> tuple[NewPaper, tuple[str, ...]]:
    """Return the signed original of a document. Raises InputError or AttachmentError."""
    if len(papers) != 1:
        raise InputError(worded_problem("add-signed/one", room=ROOM))
    person = said.given.person or PATIENT
    folder = find_packet(case, packet)
    entry = printed_document(case, folder, document, person)
    [file] = read_files([resolved(papers[0])], Given(SIGNED, person))
    repeated = find_repeated(case, [file])
    if repeated:
        raise AttachmentError(repeated)
    reason = Reason("signed", {"document": document, "packet": str(folder)})
    decision = Decision(file, SIGNED, person, is_sure_person=True, reasons=(reason,), document=document)
    paper, lines = _new(case, decision, said)
    return replace(paper, printed_hash=entry["printed_hash"]), lines


def _title(case: CaseText, role: str, person: str, language: Language, document: str | None = None) -> str:
    place = find_place(case.places, role, person, document)
    if role == BLANK_FORM:
        return words("roles", role, room=ROOM)[language]
    return role if place is None else getattr(place.title, language)


def traveller_text(person: str, language: Language) -> str:
    """Return who a person of the case is, in words."""
    kind, _, number = person.partition("-")
    word = label(kind, "traveller", language)
    return f"{word.lower()} {number}".strip() if language == "en" else f"{word}{number}"


def _reason(reason: Reason, language: Language) -> str:
    return words("reasons", reason.name, room=ROOM, **reason.parts)[language]


def add_text(name: str, language: Language, **parts: object) -> str:
    """Return a sentence of ``visa-packet add``."""
    return words("add", name, room=ROOM, **parts)[language]
