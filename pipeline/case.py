"""The case: one patient's file as frozen, typed values. Dates are dates; an absent optional field is None.

The classes mirror ``schemas/``; a test proves that both agree. What a field means stands there.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

#: Up to this many days a stay is a short one (Temporary Visitor), by the day count of ``Visit.days``.
SHORT_STAY_DAYS = 90

#: The answer of an applicant who says that there is nothing to name.
NONE = "none"


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


class Employer(Frozen, frozen=True):
    name: str
    phone: str | None = None
    address: str | None = None


class Questions(Frozen, frozen=True):
    """The six questions "Have you ever"; None where the applicant has not answered."""

    convicted: bool | None = None
    imprisoned: bool | None = None
    deported: bool | None = None
    drug_offence: bool | None = None
    prostitution: bool | None = None
    trafficking: bool | None = None


class Application(Frozen, frozen=True):
    """The applicant's own answers for the application form; the text ``none`` is an answer too, None is none."""

    former_names: str | None = None
    birth_place: str | None = None
    marital_status: Literal["single", "married", "widowed", "divorced"] | None = None
    other_nationalities: str | None = None
    mobile: str | None = None
    employer: Employer | None = None
    partner_occupation: str | None = None
    previous_stays: str | None = None
    days_in_japan: int | None = None
    questions: Questions | None = None
    details: str | None = None
    unpaid_medical_bills: bool | None = None
    paid_work_in_japan: bool | None = None


class Traveller(Frozen, frozen=True, kw_only=True):
    """What the patient and each companion have in common."""

    name: PersonName
    sex: Literal["male", "female"]
    birth_date: dt.date
    nationality: str
    occupation: Trilingual
    passport: Passport
    resident_id: str | None = None
    application: Application | None = None


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
    certificate_of_eligibility: str | None = None
    address: str | None = None
    phone: str | None = None
    email: str | None = None


class Imaging(Frozen, frozen=True):
    kind: Literal["mri", "ct", "x_ray", "ultrasound"]
    date: dt.date


ConditionKind = Literal[
    "knee_osteoarthritis",
    "meniscus_tear",
    "focal_cartilage_defect",
    "achilles_tendinopathy",
    "patellar_tendonitis",
    "partial_acl_tear",
    "partial_pcl_tear",
    "rotator_cuff_injury",
    "lateral_epicondylitis",
    "chronic_ankle_sprain",
    "other",
]


class Condition(Frozen, frozen=True):
    kind: ConditionKind
    diagnosis: Trilingual
    side: Literal["left", "right", "both", "not_applicable"]
    background: Trilingual
    grade: Literal["I", "II", "III"] | None = None
    imaging: tuple[Imaging, ...] = ()


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
    abroad: str | None = None


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


class Phase(Frozen, frozen=True):
    """A phase of the return to sport, in whole weeks after the last injection."""

    from_week: int
    text: str
    to_week: int | None = None


TreatmentKind = Literal["cultured_autologous_msc", "prp", "cultured_autologous_msc_and_prp", "uncultured_svf", "other"]
Route = Literal["joint", "tendon", "ligament", "muscle", "intravenous", "several", "other"]


class Treatment(Frozen, frozen=True):
    product: Trilingual
    kind: TreatmentKind
    route: Route
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
    infusion_ml: int | None = None
    aftercare: tuple[str, ...] = ()
    return_to_sport: tuple[Phase, ...] = ()

    @property
    def has_cultured_cells(self) -> bool:
        """Whether cells are cultured for it, alone or together with something else."""
        return self.kind in {"cultured_autologous_msc", "cultured_autologous_msc_and_prp"}

    @property
    def injection_days(self) -> tuple[dt.date, ...]:
        """Days on which an injection is planned, in order."""
        return tuple(
            sorted(step.date for visit in self.visits for step in visit.procedures if step.step == "injection")
        )


class Representative(Frozen, frozen=True):
    title: Bilingual
    name: Bilingual


class Contact(Frozen, frozen=True):
    department: Bilingual
    name: Bilingual


class MandarinContact(Frozen, frozen=True):
    name: str
    phone: str
    hours: str | None = None


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
    mandarin_contact: MandarinContact | None = None


class Hospital(Organisation, frozen=True):
    pass


class Guarantor(Organisation, frozen=True):
    kind: Literal["coordinator", "travel_agency"]


class Visa(Frozen, frozen=True):
    entries: Literal["single", "multiple"]
    mission: Literal["beijing", "shanghai", "guangzhou", "shenyang", "chongqing", "qingdao"]
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


class CostLine(Frozen, frozen=True):
    text: Trilingual
    amount_jpy: int


class Exchange(Frozen, frozen=True):
    """Rates as text, so that the page shows the digits of the case."""

    jpy_per_cny: str
    jpy_per_usd: str
    date: dt.date
    source: str


class Deposit(Frozen, frozen=True):
    amount_jpy: int
    terms: Trilingual
    due_date: dt.date | None = None


class Costs(Frozen, frozen=True):
    lines: tuple[CostLine, ...]
    exchange: Exchange
    deposit: Deposit | None = None

    @property
    def total_jpy(self) -> int:
        """Sum of the lines in yen."""
        return sum(line.amount_jpy for line in self.lines)


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
#: A document of the packet that was printed, signed or sealed, and scanned.
SIGNED = "signed"
AttachmentRole = Literal[Role, "signed"]


class Attachment(Frozen, frozen=True):
    role: AttachmentRole
    path: str
    password_file: str | None = None
    person: str = "patient"
    issued_on: dt.date | None = None
    valid_until: dt.date | None = None
    document: str | None = None
    printed_hash: str | None = None
    form_mapping: str | None = None


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
    costs: Costs | None = None
    athlete: bool = False

    @property
    def travellers(self) -> dict[str, tuple[str, Patient | Companion]]:
        """Patient and companions by the word that an attachment uses for them, with their JSON pointer."""
        found: dict[str, tuple[str, Patient | Companion]] = {"patient": ("/patient", self.patient)}
        for index, companion in enumerate(self.companions):
            found[f"companion-{index + 1}"] = (f"/companions/{index}", companion)
        return found

    def has_paper(self, role: Role) -> bool:
        """Whether the patient's paper of that role is attached."""
        return any(paper.role == role and paper.person == "patient" for paper in self.attachments)

    @property
    def longest_stay(self) -> int:
        """Days of the longest single stay."""
        return max(visit.days for visit in self.treatment.visits)
