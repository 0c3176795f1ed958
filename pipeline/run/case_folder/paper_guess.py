"""Guesses what a paper is, whose it is and when it was issued, from its file name and content, with the reasons."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, cast

from pipeline.attachments.forms.editions import recognise
from pipeline.attachments.proposed_values import propose_values
from pipeline.case.filing import AttachmentRole
from pipeline.case.people import PATIENT
from pipeline.documents.proof.dates_in_text import find_days
from pipeline.resources import read_data
from pipeline.run.case_folder.paper_file import PaperFile

#: The head of a paper, in which its title stands: so many lines of text.
_HEAD_LINES = 12
#: A form with more filled fields than this was filled in by somebody: new forms have one or two values.
_FEW_VALUES = 4
_SIGNS = re.compile(r"[\W_]+")
_LETTERS = re.compile(r"[A-Z]+")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was guessed: the name of a sentence in the table "add" of the labels, and its parts."""

    name: str
    parts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Guess:
    """What a paper seems to be. Without a role, ``candidates`` are what it may be.

    ``owners`` are the people of the case whom it names, ``is_other_person`` is True if it has a number of nobody here.
    ``day`` is the day that the paper has beside a label such as “date of issue”, surely if it is the only one
    (``is_labelled``), or else the last one in it: nothing in a paper is younger than the paper.
    """

    role: AttachmentRole | None
    candidates: tuple[AttachmentRole, ...] = ()
    owners: tuple[str, ...] = ()
    day: date | None = None
    is_labelled: bool = False
    is_other_person: bool = False
    why_role: tuple[Reason, ...] = ()
    why_owner: tuple[Reason, ...] = ()


def guess_paper(paper: PaperFile, case: Mapping[str, Any], as_of: date) -> Guess:
    """Return what a paper seems to be, for the raw data of a case."""
    role, candidates, why_role = _role(paper)
    owners = dict(_owners(paper, case))
    is_other = not owners and _is_of_another(paper, case, as_of)
    why_owner = tuple(Reason(f"has_{kind}", {}) for kind in list(owners.values())[:1])
    labelled, days = _days(paper, as_of)
    day = max(labelled or days, default=None)
    return Guess(role, candidates, tuple(owners), day, len(labelled) == 1, is_other, why_role, why_owner)


def question_of_day(role: str) -> str | None:
    """Return which day the entry of a role needs: that of issue, of signing, or of a photo; None if it needs none."""
    dated: Mapping[str, str] = read_data("words-of-papers", "run")["dated"]
    return dated.get(role)


def roles_of_name(name: str) -> dict[AttachmentRole, str]:
    """Return the roles that the name of a file names, each with its longest word."""
    return _roles_in(name.rpartition(".")[0] or name)


def _role(paper: PaperFile) -> tuple[AttachmentRole | None, tuple[AttachmentRole, ...], tuple[Reason, ...]]:
    sure = _sure(paper)
    if sure is not None:
        return sure[0], (), (sure[1],)
    by_name = roles_of_name(paper.name)
    by_text = _roles_in("\n".join(line.text for line in paper.lines[:_HEAD_LINES]))
    reasons = {role: Reason("name", {"word": word}) for role, word in by_name.items()}
    both = [role for role in by_name if role in by_text]
    if len(both) == 1:
        return both[0], (), (reasons[both[0]], Reason("text", {"word": by_text[both[0]]}))
    if len(by_name) == 1 and not by_text:
        return next(iter(by_name)), (), tuple(reasons.values())
    if len(by_text) == 1 and not by_name:
        [(role, word)] = by_text.items()
        return role, (), (Reason("text", {"word": word}),)
    if not by_name and not by_text:
        return None, (("photo",) if paper.is_like_photo else ()), ()
    return None, tuple(dict.fromkeys([*both, *by_name, *by_text])), ()


def _sure(paper: PaperFile) -> tuple[AttachmentRole, Reason] | None:
    """Return the role of a paper that only this role can have: a zone with check digits, a form of the ministry."""
    edition = recognise(field.name for field in paper.fields) if paper.fields else None
    if edition is not None:
        is_blank = sum(field.filled for field in paper.fields) < _FEW_VALUES
        parts = {"form": edition.mapping.title or edition.name}
        if is_blank:
            return "application_form", Reason("blank_form", parts)
        return "visa_application", Reason("form", parts)
    values = propose_values(paper.lines, "", date.max)
    if any(each.pointer == "/passport/number" and each.is_proved for each in values):
        return "passport", Reason("zone", {})
    return None


def _roles_in(text: str) -> dict[AttachmentRole, str]:
    """Return each role that a text names, with the longest word for it."""
    found: dict[AttachmentRole, str] = {}
    for role, word in _words_in(text):
        found.setdefault(role, word)
    return found


def _words_in(text: str) -> Iterator[tuple[AttachmentRole, str]]:
    """Yield each word of a role in a text, the longest first; a word inside a longer one does not count."""
    plain = f" {_SIGNS.sub(' ', _plain(text))} "
    for word, role in _words():
        pattern = f" {word} " if word.isascii() else word
        if pattern in plain or (word.isascii() and re.search(rf" {re.escape(word)}[0-9]+ ", plain)):
            plain = plain.replace(word, " | ")
            yield role, word


@cache
def _words() -> tuple[tuple[str, AttachmentRole], ...]:
    """Return every word with its role, the longest first."""
    roles = read_data("words-of-papers", "run")["roles"]
    pairs = {_plain(word): cast("AttachmentRole", role) for role, words in roles.items() for word in words}
    return tuple(sorted(pairs.items(), key=lambda pair: -len(pair[0])))


def _owners(paper: PaperFile, case: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each person of the case whom the paper names, with what it has of them."""
    text = unicodedata.normalize("NFKC", "\n".join(line.text for line in paper.lines)).upper()
    found = {name: kind for name, person in travellers(case).items() if (kind := _found_of(person, text))}
    yield from sorted(found.items(), key=lambda item: item[1] == "name")  # numbers first


def _is_of_another(paper: PaperFile, case: Mapping[str, Any], as_of: date) -> bool:
    """Return True if the paper has a proved number or a name of somebody, and everybody in the case has another.

    A reader may confuse a character, so a Chinese name is another one if no character of it is the same.
    """
    people = travellers(case).values()
    values = propose_values(paper.lines, "", as_of)
    names = [set(person.get("name", {}).get("chinese", "")) for person in people]
    found = [set(value.value) for value in values if value.pointer == "/name/chinese"]
    if found and all(names) and not any(name & own for name in found for own in names):
        return True
    known = {
        "/passport/number": [person.get("passport", {}).get("number") for person in people],
        "/resident_id": [person.get("resident_id") for person in people],
    }
    return any(
        all(known[value.pointer]) and value.value not in known[value.pointer]
        for value in values
        if value.pointer in known and value.is_proved
    )


def travellers(case: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return patient and companions by name, from the raw data of a case, which may lack them."""
    people: dict[str, Mapping[str, Any]] = {PATIENT: case.get("patient", {})}
    people |= {f"companion-{index}": each for index, each in enumerate(case.get("companions", ()), start=1)}
    return people


def _found_of(person: Mapping[str, Any], text: str) -> str | None:
    """Return which value of a person a text has."""
    joined = "".join(text.split())
    name = person.get("name", {})
    letters = "".join(_LETTERS.findall(text))
    surname, given = ("".join(_LETTERS.findall(name.get(key, ""))) for key in ("surname", "given_names"))
    if (number := person.get("passport", {}).get("number")) and number in joined:
        return "passport"
    if (resident := person.get("resident_id")) and resident in joined:
        return "resident_id"
    in_letters = surname and given and (surname + given in letters or given + surname in letters)
    if in_letters or (name.get("chinese") and name["chinese"] in joined):
        return "name"
    return None


def _days(paper: PaperFile, as_of: date) -> tuple[set[date], set[date]]:
    """Return the days beside a label such as “date of issue”, and all days, that are not to come."""
    labels = [_plain(label) for label in read_data("words-of-papers", "run")["issue_labels"]]
    lines = [_plain(line.text) for line in paper.lines]
    beside = (
        day
        for index, line in enumerate(lines)
        if any(label in line for label in labels)
        for day in find_days(line) or find_days(" ".join(lines[index + 1 : index + 2]))
    )
    every = find_days("\n".join(lines)).keys() | find_days("".join(lines)).keys()
    return {day for day in beside if day <= as_of}, {day for day in every if day <= as_of}


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
