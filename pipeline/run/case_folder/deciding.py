"""What a file is added as: said by the user, decided by its place, or guessed, always with the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, get_args

from pipeline.attachments.scan_client import can_read_scans
from pipeline.case.filing import SIGNED, AttachmentRole
from pipeline.case.people import PATIENT
from pipeline.errors import AttachmentError, Problem
from pipeline.formats.messages import worded_problem
from pipeline.run.case_folder.adding import inside_path
from pipeline.run.case_folder.case_text import ROOM, CaseText
from pipeline.run.case_folder.paper_file import PaperFile, read_paper_file
from pipeline.run.case_folder.paper_guess import (
    Guess,
    Reason,
    guess_paper,
    roles_of_name,
    travellers,
)
from pipeline.run.case_folder.places import PaperPlace, place_at

#: The roles that a user can name; a signed original is named by its document.
ROLES: tuple[AttachmentRole, ...] = tuple(role for role in get_args(AttachmentRole) if role != SIGNED)


@dataclass(frozen=True, slots=True)
class Given:
    """What the user said about the files."""

    role: AttachmentRole | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a file is. Without a role, ``candidates`` are what it may be; ``is_sure_person`` if its owner is no default.

    ``day`` may be the day of issue; it is if the paper says so (``is_labelled``).
    ``document`` is that of a signed original. ``looks_like`` is what the file seems to be where that is another role.
    """

    file: PaperFile
    role: AttachmentRole | None
    person: str
    is_sure_person: bool
    reasons: tuple[Reason, ...]
    candidates: tuple[AttachmentRole, ...] = ()
    day: date | None = None
    is_labelled: bool = False
    document: str | None = None
    looks_like: AttachmentRole | None = None


def read_files(paths: Sequence[Path], given: Given, case: CaseText | None = None) -> list[PaperFile]:
    """Read files. Raises AttachmentError with the problems of all of them."""
    scans, files, problems = can_read_scans(), [], list[Problem]()

    def wants_text(file: PaperFile) -> bool:
        """Reading a scan takes seconds a page: it is read where the name does not say enough, and for a passport."""
        role = given.role or _role_of_place(case, file.path) or next(iter(roles_of_name(file.name)), None)
        return scans and (role == "passport" or (role is None and not file.is_like_photo))

    for path in paths:
        try:
            files.append(read_paper_file(path, wants_text))
        except AttachmentError as error:
            problems += error.problems
    if problems:
        raise AttachmentError(problems)
    return files


def _role_of_place(case: CaseText | None, path: Path) -> AttachmentRole | None:
    inside = None if case is None else inside_path(case, path)
    place = None if case is None or inside is None else place_at(case.places, inside)
    return None if place is None else place.role


def decide(case: CaseText, file: PaperFile, given: Given, as_of: date) -> Decision:
    """Return what a file is. Raises AttachmentError if it belongs to somebody else."""
    fields = case.json_file.fields
    guess = guess_paper(file, fields, as_of)
    inside = inside_path(case, file.path)
    place = None if inside is None else place_at(case.places, inside)
    person, is_sure = _person(case, file, guess, given.person, place)
    role, reasons = _role(guess, given.role, place)
    return Decision(
        file,
        role,
        person,
        is_sure or len(travellers(fields)) == 1,
        (*reasons, *(guess.why_owner if person in guess.owners else ())),
        guess.candidates,
        guess.day,
        guess.is_labelled,
        None if place is None else place.document,
        guess.role if guess.role not in {None, role} and role != SIGNED else None,
    )


def role_problem(decision: Decision, problem_roles: Sequence[str] = ROLES) -> Problem:
    """Return the problem of a file whose role is not known."""
    key = "add-role/several" if len(decision.candidates) > 1 else "add-role"
    roles, candidates = ", ".join(problem_roles), ", ".join(decision.candidates)
    problem = worded_problem(key, room=ROOM, roles=roles, candidates=candidates)
    return replace(problem, file=str(decision.file.path))


def _role(
    guess: Guess, given: AttachmentRole | None, place: PaperPlace | None
) -> tuple[AttachmentRole | None, tuple[Reason, ...]]:
    if given is not None:
        return given, (Reason("given", {}),)
    if place is None:
        return guess.role, guess.why_role
    role = place.role
    if role == "visa_application" and guess.role == "application_form":  # both have one place
        return guess.role, guess.why_role
    return role, (Reason("place", {"folder": str(place.folder)}),)


def _person(
    case: CaseText, file: PaperFile, guess: Guess, given: str | None, place: PaperPlace | None
) -> tuple[str, bool]:
    """Return whose paper it is, and True unless that is only assumed."""
    people = travellers(case.json_file.fields)
    if given is not None and given not in people:
        raise _problem("add-person/unknown", file, people=", ".join(people))
    if given is not None:
        return given, True
    if guess.is_other_person:
        raise _problem("add-person", file)
    has_number = any(reason.name != "has_name" for reason in guess.why_owner)
    if place is not None:
        if has_number and place.person not in guess.owners:
            raise _problem("add-person/place", file, owner=guess.owners[0], person=place.person)
        return place.person, True
    if len(guess.owners) == 1 or has_number:
        return guess.owners[0], True
    return PATIENT, False


def _problem(key: str, file: PaperFile, **args: Any) -> AttachmentError:
    return AttachmentError(replace(worded_problem(key, room=ROOM, **args), file=str(file.path)))
