"""The types of the names that a Word template may read. ``context.py`` in this room makes their values from a case.

mypy compares ``context.py`` with these types, and ``visa-packet templates check`` compares each template with them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, TypedDict, get_type_hints

from pipeline.case.base import Bilingual, Trilingual
from pipeline.case.filing import Costs, TbScreening, Visa
from pipeline.case.model import Case
from pipeline.case.organisations import Guarantor, Hospital
from pipeline.case.people import Application, Companion, Patient, Questions
from pipeline.case.treatment import Activity, Condition, Flight, Lodging, Procedure, Treatment, Visit
from pipeline.documents.context_timeline import FilingNames, TimelineNames
from pipeline.documents.environment import Picture
from pipeline.visa.tb_screening import Screening

_ONE_VALUE = re.compile(r"\s*\{\{\s*(\w+)\s*\}\}\s*")


@dataclass(frozen=True, slots=True)
class DataTable:
    """Marks a name whose value is a table of ``pipeline/visa/data`` and has the fields of that table."""

    name: str


class Home(TypedDict):
    """The applicant's home; None where the case does not say it."""

    address: str | None
    phone: str | None
    email: str | None
    household_province: str | None


class Answers(Application, frozen=True):
    """The applicant's own answers. Its group of questions always exists."""

    questions: Questions = Questions()


class Stay(TypedDict):
    """A visit with its number."""

    number: int
    entry_date: date
    exit_date: date
    days: int
    hospitalised: bool
    physician: Bilingual
    purpose: Trilingual
    procedures: Sequence[Procedure]
    lodging: Lodging | None
    arrival: Flight | None
    port: Trilingual | None
    departure: Flight | None
    activities: Sequence[Activity]


class Day(TypedDict):
    """A day of a stay, with everything that is planned for it."""

    date: date
    weekday: Trilingual
    activities: Sequence[Trilingual]
    lodging: Lodging | None


class Period(TypedDict):
    """One row of a schedule: a day, or all days from the first to the last, which have the same plan.

    ``repeats_lodging`` if the lodging is that of the row above.
    """

    first: date
    last: date
    weekday: Trilingual
    last_weekday: Trilingual
    activities: Sequence[Trilingual]
    lodging: Lodging | None
    repeats_lodging: bool


class LetterLanguages(TypedDict):
    """The languages of letters: whether a text in each is printed."""

    ja: bool
    en: bool
    zh: bool


class Fees(TypedDict):
    """The fee of a visa at the mission of the case, since a day: single, multiple, and what multiple entries cost more.

    ``unit`` is the currency; ``is_local`` is False if the mission charges another one, in which the fee is not known.
    """

    since: date
    single: int
    multiple: int
    more: int
    unit: Trilingual
    is_local: bool


class DocumentNames(TimelineNames):
    """The names that every document may read."""

    case_id: str
    applicant: Patient | Companion
    certificate_of_eligibility: str | None
    residence_status: Trilingual
    home: Home
    answers: Answers
    patient: Patient
    companions: Sequence[Companion]
    condition: Condition
    treatment: Treatment
    hospital: Hospital
    guarantor: Guarantor
    visa: Visa
    tb_screening: TbScreening
    costs: Costs | None
    fees: Fees
    athlete: bool
    anti_doping: Annotated[Mapping[str, Any], DataTable("anti-doping")]
    long_stay: Annotated[Mapping[str, Any], DataTable("long-stay")]
    as_of: date
    mission: Trilingual
    addressee: Trilingual
    stays: Sequence[Stay]
    days_of_stay: Sequence[Sequence[Day]]
    periods_of_stay: Sequence[Sequence[Period]]
    languages: LetterLanguages
    longest_stay: int
    jpets: Screening


class Fellow(TypedDict):
    """A person who travels with the applicant."""

    role: Trilingual
    person: Patient | Companion
    relationship: Trilingual


class PageOfPaper(TypedDict):
    """The first page of a paper. Only supplied papers have dates.

    ``original`` is True for a signed original, ``unsigned`` for what is to be signed.
    """

    page: int
    original: bool
    unsigned: bool
    issued_on: date | None
    valid_until: date | None


class RequiredPaper(TypedDict):
    """A row of the official list."""

    letter: str
    title: Trilingual
    issuer: Trilingual
    needed: bool
    present: bool
    pages: Sequence[PageOfPaper]


class EnclosedPaper(TypedDict):
    """A paper that is not on the official list."""

    title: Trilingual
    issuer: Trilingual
    person: str
    page: int
    original: bool
    unsigned: bool


class MissingRow(TypedDict):
    """A paper of the official list that the bundle of ``person`` lacks."""

    letter: str
    title: Trilingual
    person: str


class ToSign(TypedDict):
    """A document of the bundle of ``person`` that its issuer has to sign."""

    title: Trilingual
    issuer: Trilingual
    person: str


class UnfilledDocument(TypedDict):
    """A document of the bundle, and the names of its empty fields."""

    title: Trilingual
    fields: Trilingual


class ListOfPapers(TypedDict):
    """The lists on a cover sheet."""

    title: Trilingual
    state: Trilingual
    fellows: Sequence[Fellow]
    required: Sequence[RequiredPaper]
    enclosed: Sequence[EnclosedPaper]
    originals: int
    changed: Sequence[Trilingual]
    edited: Sequence[Trilingual]
    unfilled: Sequence[UnfilledDocument]
    missing: Sequence[MissingRow]
    to_sign: Sequence[ToSign]
    page_count: int


class CoverNames(DocumentNames, FilingNames):
    """The names that a cover sheet may read: those of every document, and more."""

    packet: ListOfPapers


#: The groups that are made from parts of the case, with the classes of these parts.
SOURCES: Mapping[type, tuple[type, ...]] = {
    DocumentNames: (Case,),
    Home: (Patient, Companion),
    Answers: (Application,),
    Stay: (Visit,),
    Day: (Visit,),
    Period: (Visit,),
}


def prints_picture(text: str) -> bool:
    """Return True if the text of a paragraph is a tag that prints a picture."""
    tag = _ONE_VALUE.fullmatch(text)
    return tag is not None and tag[1] in _picture_names()


@cache
def _picture_names() -> frozenset[str]:
    return frozenset(name for name, kind in get_type_hints(CoverNames).items() if kind is Picture)
