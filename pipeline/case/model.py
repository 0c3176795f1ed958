"""The case: one patient's file as frozen, typed values. Dates are dates; an absent optional field is None.

The classes mirror ``schemas/``, which describe each field; a test proves that both agree.
"""

from __future__ import annotations

from pipeline.case.base import NONE, Bilingual, Frozen, Trilingual
from pipeline.case.filing import (
    SIGNED,
    Attachment,
    AttachmentRole,
    CostLine,
    Costs,
    Deposit,
    EditedDocument,
    Exchange,
    Role,
    ScreeningSteps,
    TbScreening,
    Visa,
)
from pipeline.case.organisations import Contact, Guarantor, Hospital, MandarinContact, Organisation, Representative
from pipeline.case.people import (
    Application,
    Companion,
    Employer,
    Passport,
    Patient,
    PatientAddress,
    PersonName,
    Questions,
    Traveller,
)
from pipeline.case.treatment import (
    Activity,
    CellProcessing,
    Condition,
    ConditionKind,
    Flight,
    Imaging,
    Lodging,
    Phase,
    Procedure,
    Route,
    Treatment,
    TreatmentKind,
    Visit,
)

__all__ = [
    "NONE",
    "SHORT_STAY_DAYS",
    "SIGNED",
    "Activity",
    "Application",
    "Attachment",
    "AttachmentRole",
    "Bilingual",
    "Case",
    "CellProcessing",
    "Companion",
    "Condition",
    "ConditionKind",
    "Contact",
    "CostLine",
    "Costs",
    "Deposit",
    "EditedDocument",
    "Employer",
    "Exchange",
    "Flight",
    "Frozen",
    "Guarantor",
    "Hospital",
    "Imaging",
    "Lodging",
    "MandarinContact",
    "Organisation",
    "Passport",
    "Patient",
    "PatientAddress",
    "PersonName",
    "Phase",
    "Procedure",
    "Questions",
    "Representative",
    "Role",
    "Route",
    "ScreeningSteps",
    "TbScreening",
    "Traveller",
    "Treatment",
    "TreatmentKind",
    "Trilingual",
    "Visa",
    "Visit",
]

#: The most days of a short stay (Temporary Visitor), counted as in ``Visit.days``.
SHORT_STAY_DAYS = 90


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
    edited_documents: tuple[EditedDocument, ...] = ()

    @property
    def travellers(self) -> dict[str, tuple[str, Patient | Companion]]:
        """Patient and companions by their name in ``person`` of an attachment, each with its JSON pointer."""
        travellers: dict[str, tuple[str, Patient | Companion]] = {"patient": ("/patient", self.patient)}
        for index, companion in enumerate(self.companions):
            travellers[f"companion-{index + 1}"] = (f"/companions/{index}", companion)
        return travellers

    def has_paper(self, role: Role) -> bool:
        """Return True if a paper of the patient with that role is attached."""
        return any(paper.paper == role and paper.person == "patient" for paper in self.attachments)

    @property
    def longest_stay(self) -> int:
        """The days of the longest single stay."""
        return max(visit.days for visit in self.treatment.visits)
