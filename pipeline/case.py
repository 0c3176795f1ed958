"""The case: one patient's file as frozen, typed values. Dates are dates; an absent optional field is None.

The classes mirror ``schemas/``; a test proves that both agree. What a field means stands there.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

#: Up to this many days a stay is a short one (Temporary Visitor), by the day count of ``Visit.days``.
SHORT_STAY_DAYS = 90


class Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all parts of a case."""


class Trilingual(Frozen, frozen=True):
    ja: str
    en: str
    zh: str


class Bilingual(Frozen, frozen=True):
    ja: str
    en: str


class PersonName(Frozen, frozen=True):
    """The name as the passport has it; never transliterated by this program (rule ID-09)."""

    chinese: str
    surname: str
    given_names: str


class Passport(Frozen, frozen=True):
    number: str
    kind: Literal["ordinary", "official_ordinary", "official", "diplomatic"]
    issuing_country: str
    issue_date: dt.date
    expiry_date: dt.date
    place_of_issue: str | None = None
    authority: str | None = None
    mrz: tuple[str, str] | None = None


class Traveller(Frozen, frozen=True, kw_only=True):
    """What the patient and each companion have in common."""

    name: PersonName
    sex: Literal["male", "female"]
    birth_date: dt.date
    nationality: str
    occupation: Trilingual
    passport: Passport
    resident_id: str | None = None


class PatientAddress(Frozen, frozen=True):
    province: str
    text: str


class Patient(Traveller, frozen=True, kw_only=True):
    address: PatientAddress
    phone: str
    email: str | None = None
    household_province: str | None = None


class Companion(Traveller, frozen=True, kw_only=True):
    relationship: Trilingual


class Condition(Frozen, frozen=True):
    diagnosis: Trilingual
    side: Literal["left", "right", "both", "not_applicable"]
    background: Trilingual


class Procedure(Frozen, frozen=True):
    date: dt.date
    step: Literal["examination", "harvest", "injection", "follow_up", "other"]


class Lodging(Frozen, frozen=True):
    name: Bilingual
    address: Bilingual
    phone: str


class Flight(Frozen, frozen=True):
    flight: str
    port: str


class Activity(Frozen, frozen=True):
    date: dt.date
    text: Trilingual


class Visit(Frozen, frozen=True):
    entry_date: dt.date
    exit_date: dt.date
    hospitalised: bool
    physician: Bilingual
    purpose: Trilingual
    procedures: tuple[Procedure, ...]
    lodging: Lodging | None = None
    arrival: Flight | None = None
    departure: Flight | None = None
    activities: tuple[Activity, ...] = ()

    @property
    def days(self) -> int:
        """Length of the stay in days, the days of entry and of exit both counted."""
        return (self.exit_date - self.entry_date).days + 1


class CellProcessing(Frozen, frozen=True):
    name: Bilingual
    kind: Literal["licensed", "notified", "accredited_abroad"]
    facility_number: str | None = None


class Treatment(Frozen, frozen=True):
    product: Trilingual
    kind: Literal["cultured_autologous_msc", "prp", "uncultured_svf", "other"]
    visits: tuple[Visit, ...]
    risk_class: Literal["I", "II", "III"] | None = None
    plan_number: str | None = None
    plan_title: str | None = None
    committee_number: str | None = None
    committee_name: str | None = None
    cell_processing: CellProcessing | None = None
    dose: Trilingual | None = None
    guidance: Trilingual | None = None
    culture_and_release_days: int | None = None
    need_for_visits: Trilingual | None = None


class Representative(Frozen, frozen=True):
    title: Bilingual
    name: Bilingual


class Contact(Frozen, frozen=True):
    department: Bilingual
    name: Bilingual


class Organisation(Frozen, frozen=True, kw_only=True):
    """What the hospital and the guarantor have in common."""

    name: Bilingual
    registration_number: str
    postal_code: str
    address: Bilingual
    phone: str
    email: str
    representative: Representative
    contact: Contact
    fax: str | None = None
    corporate_number: str | None = None


class Hospital(Organisation, frozen=True):
    pass


class Guarantor(Organisation, frozen=True):
    kind: Literal["coordinator", "travel_agency"]


class Visa(Frozen, frozen=True):
    entries: Literal["single", "multiple"]
    mission: Literal["beijing", "shanghai"]
    letter_date: dt.date
    filing_date: dt.date
    agency: str | None = None
    certificate_of_eligibility: str | None = None


class ScreeningSteps(Frozen, frozen=True):
    examination: dt.date | None = None
    chest_xray: dt.date | None = None
    sputum_test: dt.date | None = None
    certificate: dt.date | None = None


class TbScreening(Frozen, frozen=True):
    residence_country: str
    steps: ScreeningSteps
    panel_clinic: str | None = None


Role = Literal[
    "passport",
    "photo",
    "visa_application",
    "combined_form",
    "funds_proof",
    "identity_document",
    "residence_permit",
    "certificate_of_eligibility",
    "treatment_schedule",
    "other",
]


class Attachment(Frozen, frozen=True):
    role: Role
    path: str
    person: str = "patient"
    issued_on: dt.date | None = None
    valid_until: dt.date | None = None


class Case(Frozen, frozen=True):
    case_id: str
    patient: Patient
    companions: tuple[Companion, ...]
    condition: Condition
    treatment: Treatment
    hospital: Hospital
    guarantor: Guarantor
    visa: Visa
    tb_screening: TbScreening
    attachments: tuple[Attachment, ...]

    @property
    def travellers(self) -> dict[str, tuple[str, Traveller]]:
        """Patient and companions by the word that an attachment uses for them, with their JSON pointer."""
        found: dict[str, tuple[str, Traveller]] = {"patient": ("/patient", self.patient)}
        for index, companion in enumerate(self.companions):
            found[f"companion-{index + 1}"] = (f"/companions/{index}", companion)
        return found

    @property
    def longest_stay(self) -> int:
        """Days of the longest single stay."""
        return max(visit.days for visit in self.treatment.visits)
