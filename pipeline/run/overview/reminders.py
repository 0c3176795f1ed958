"""Reminders: a letter to each person who has something to do for a case, in that person's language.

No letter contains an identity number. It names the patient, because its reader has to know who it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date

from pipeline.case.half_case import ABSENT_ERRORS, AbsentError
from pipeline.case.model import Case
from pipeline.case.organisations import Organisation
from pipeline.language import Language
from pipeline.resources import read_data
from pipeline.run.overview.duties import PEOPLE, Action, Duty, Person
from pipeline.run.overview.patient_row import UNPRINTABLE, FilingDays, PatientRow

#: Languages of the letters, unless the user chooses others. The agency has the language of the user.
USUAL_LANGUAGES: Mapping[Person, Language] = {"patient": "zh", "hospital": "ja", "guarantor": "ja"}
_DAYS: Mapping[Language, str] = {"ja": "y年M月d日（E）", "en": "EEEE, d MMMM y", "zh": "y年M月d日（E）"}
#: What is done when nothing else is open; nobody has to be reminded of it.
_LAST: Action = "file"
#: How a letter puts the words of a question.
_POLITE: Mapping[Language, Mapping[str, str]] = {
    "ja": {"誰ですか": "どなたでしょうか", "ですか": "でしょうか"},
    "en": {},
    "zh": {},
}
#: The word for the patient in a question to the patient.
_ADDRESSED: Mapping[Language, tuple[str, str]] = {
    "ja": ("患者の", ""),
    "en": ("the patient's", "your"),
    "zh": ("患者", "您"),
}


@dataclass(frozen=True, slots=True)
class Reminder:
    """A letter. ``to`` is the address of its reader, empty if the case has none."""

    who: Person
    language: Language
    to: str
    subject: str
    text: str
    duties: tuple[Duty, ...]


def reminders_of(
    row: PatientRow, as_of: date, languages: Mapping[Person, Language], sender: str | None = None
) -> list[Reminder]:
    """Return a reminder for each person who has something to do. ``sender`` ends each letter.

    Nobody is asked to sign a document of a case with errors or open questions: it cannot be printed. A hospital or
    guarantor that is not chosen yet gets no letter.
    """
    case, case_id = row.case, row.case_id
    if case is None or case_id is None:
        return []
    found = []
    left_out = {_LAST, *(("sign",) if row.state in UNPRINTABLE else ())}
    for who in PEOPLE:
        duties = tuple(duty for duty in row.duties if duty.who == who and duty.action not in left_out)
        if duties and _is_chosen(case, who):
            writer = _Writer(case, case_id, who, languages[who])
            text = writer.text(duties, _when(row.filing, as_of), sender)
            found.append(Reminder(who, languages[who], writer.address(), writer.subject(), text, duties))
    return found


def _is_chosen(case: Case, who: Person) -> bool:
    """Return False for a hospital or guarantor that is not chosen yet: there is nobody to write to."""
    chosen = {"hospital": case.hospital, "guarantor": case.guarantor}
    try:
        return who not in chosen or bool(chosen[who].contact)
    except AbsentError as error:
        return error.pointer != f"/{who}"


def _when(filing: FilingDays, as_of: date) -> tuple[str, date | None]:
    """Return the day on which the application will be or has to be filed, and which of both it is."""
    if filing.planned is not None and filing.planned > as_of:
        return "planned", filing.planned
    return ("last", filing.last) if filing.last is not None else ("unknown", None)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes a letter to one person about a case, which may lack fields."""

    case: Case
    case_id: str
    who: Person
    language: Language

    def subject(self) -> str:
        """Return the subject."""
        return self._words("subject").format(case=self.case_id)

    def address(self) -> str:
        """Return the address of the reader, or an empty text."""
        if self.who == "patient":
            return _known(lambda: self.case.patient.email) or ""
        organisation = self._organisation
        return (_known(lambda: organisation.email) or "") if organisation is not None else ""

    def text(self, duties: Sequence[Duty], when: tuple[str, date | None], sender: str | None) -> str:
        """Return the letter."""
        kind, day = when
        written = format_date(day, _DAYS[self.language], locale=self.language) if day else ""
        parts = [
            self._greeting(),
            self._words("opening", self.who).format(case=self.case_id, about=self._about()),
            *self._sections(duties),
            self._words("when", kind).format(day=written),
            self._words("closing", self.who),
            sender or self._words("sender"),
        ]
        return "\n\n".join(parts) + "\n"

    def _sections(self, duties: Sequence[Duty]) -> Iterator[str]:
        for action in dict.fromkeys(duty.action for duty in duties):
            items = [self._item(duty) for duty in duties if duty.action == action]
            lines = (f"{number}. {item}" for number, item in enumerate(items, start=1))
            yield "\n".join([self._words("section", action), *lines])

    def _item(self, duty: Duty) -> str:
        text: str = getattr(duty.what, self.language)
        if duty.action == "answer":
            for plain, polite in _POLITE[self.language].items():
                text = text.replace(plain, polite)
            if self.who == "patient":
                text = text.replace(*_ADDRESSED[self.language])
        return text

    def _greeting(self) -> str:
        if self.who == "patient" and self._patient() is not None:
            sex = _known(lambda: self.case.patient.sex) or "unknown"
            return self._words("greeting", "patient").format(name=self._patient(), title=self._words("title", sex))
        organisation = self._organisation
        if organisation is not None:
            spoken = "en" if self.language == "en" else "ja"
            found = {
                "organisation": _known(lambda: getattr(organisation.name, spoken)),
                "department": _known(lambda: getattr(organisation.contact.department, spoken)),
                "name": _known(lambda: getattr(organisation.contact.name, spoken)),
            }
            if all(found.values()):
                return self._words("greeting", "contact").format(**found)
        return self._words("greeting", "unknown")

    def _about(self) -> str:
        name = self._patient()
        return self._words("about", "named" if name else "unnamed").format(name=name, case=self.case_id)

    def _patient(self) -> str | None:
        chinese = _known(lambda: self.case.patient.name.chinese) if self.language == "zh" else None
        return chinese or _known(lambda: self.case.patient.name.surname_first)

    @property
    def _organisation(self) -> Organisation | None:
        """The organisation of the reader; what is missing of it raises an error when it is read."""
        return {"hospital": self.case.hospital, "guarantor": self.case.guarantor}.get(self.who)

    def _words(self, *keys: str) -> str:
        found: Any = read_data("reminders", "run")
        for key in keys:
            found = found[key]
        return str(found[self.language])


def _known(read: Callable[[], Any]) -> str | None:
    """Return a text of the case, or None if it is missing."""
    try:
        found = read()
    except ABSENT_ERRORS:
        return None
    return found if isinstance(found, str) else None
