"""The travellers, and their answers for the application form."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pipeline.case.base import Frozen, Trilingual


class PersonName(Frozen, frozen=True):
    """The name in the passport; never transliterated by this program (rule ID-09).

    A passport with one name only has it as surname, and no given names.
    """

    chinese: str
    surname: str
    given_names: str = ""
    chinese_surname: str | None = None

    @property
    def surname_first(self) -> str:
        """The name in passport letters, surname first."""
        return f"{self.surname} {self.given_names}".strip()

    @property
    def chinese_parts(self) -> tuple[str, str]:
        """Surname and given names in Chinese characters; both empty if the case does not divide the name."""
        surname = self.chinese_surname or ""
        is_known = bool(surname) and self.chinese.startswith(surname)
        return (surname, self.chinese.removeprefix(surname).strip()) if is_known else ("", "")

    @property
    def given_names_first(self) -> str:
        """The name in passport letters, given names first."""
        return f"{self.given_names} {self.surname}".strip()


class Passport(Frozen, frozen=True):
    number: str
    kind: Literal["ordinary", "official_ordinary", "official", "diplomatic"]
    issuing_country: str
    issue_date: dt.date
    expiry_date: dt.date
    place_of_issue: str | None = None
    authority: str | None = None
    mrz: tuple[str, str] | None = None


class Employer(Frozen, frozen=True):
    name: str
    phone: str | None = None
    address: str | None = None


class Questions(Frozen, frozen=True):
    """The six questions "Have you ever"; None if not answered."""

    convicted: bool | None = None
    imprisoned: bool | None = None
    deported: bool | None = None
    drug_offence: bool | None = None
    prostitution: bool | None = None
    trafficking: bool | None = None


class InEnglish(Frozen, frozen=True):
    """What the English edition of the application form asks in Latin letters."""

    birth_place: str | None = None
    place_of_issue: str | None = None
    authority: str | None = None
    address: str | None = None
    employer: str | None = None
    employer_address: str | None = None
    partner_occupation: str | None = None


class Application(Frozen, frozen=True):
    """The applicant's answers for the application form. The text ``none`` is an answer; None means no answer."""

    former_names: str | None = None
    birth_place: str | None = None
    marital_status: Literal["single", "married", "widowed", "divorced"] | None = None
    other_nationalities: str | None = None
    mobile: str | None = None
    work: Literal["employed", "self_employed", "student", "retired", "none"] | None = None
    employer: Employer | None = None
    partner_occupation: str | None = None
    previous_stays: str | None = None
    days_in_japan: int | None = None
    in_english: InEnglish | None = None
    questions: Questions | None = None
    details: str | None = None
    unpaid_medical_bills: bool | None = None
    paid_work_in_japan: bool | None = None


class Traveller(Frozen, frozen=True, kw_only=True):
    """The common fields of patient and companions."""

    name: PersonName
    sex: Literal["male", "female"]
    birth_date: dt.date
    nationality: str
    occupation: Trilingual
    passport: Passport
    resident_id: str | None = None
    household_province: str | None = None
    application: Application | None = None


class PatientAddress(Frozen, frozen=True):
    province: str
    text: str


class Patient(Traveller, frozen=True, kw_only=True):
    address: PatientAddress
    phone: str
    email: str | None = None


class Companion(Traveller, frozen=True, kw_only=True):
    relationship: Trilingual
    certificate_of_eligibility: str | None = None
    province: str | None = None
    address: str | None = None
    phone: str | None = None
    email: str | None = None


#: The patient as the ``person`` of an attachment.
PATIENT = "patient"
