"""The filing of a case: visa, screening, costs and attachments."""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal

from pipeline.case.base import Frozen, Trilingual


class Visa(Frozen, frozen=True):
    entries: Literal["single", "multiple"]
    mission: Literal["beijing", "shanghai", "guangzhou", "shenyang", "dalian", "chongqing", "qingdao", "hong_kong"]
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
    """Exchange rates, as text: the page shows the digits of the case."""

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
        """The sum of the lines in yen."""
        return sum(line.amount_jpy for line in self.lines)


Role = Literal[
    "passport",
    "photo",
    "visa_application",
    "combined_form",
    "funds_proof",
    "identity_document",
    "residence_permit",
    "parental_consent",
    "certificate_of_eligibility",
    "treatment_schedule",
    "other",
]

#: The role of the scan of a document that was printed, and signed or sealed.
SIGNED: Final = "signed"
#: The role of the blank visa application form, which is filled in from the case.
BLANK_FORM = "application_form"
AttachmentRole = Literal[Role, "signed", "application_form"]


#: The fields of an attachment that name a file in the folder of the case. A cluster gets exactly these files.
PATH_FIELDS = ("path", "password_file", "form_mapping")


class EditedDocument(Frozen, frozen=True):
    """A document that was changed by hand. The hashes are of the text before, and of its template."""

    document: str
    path: str
    printed_hash: str
    template_hash: str
    person: str = "patient"


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
    signed: bool = False

    @property
    def paper(self) -> Role | Literal["signed"]:
        """The role of the paper in the bundle: the blank application form is filled in and becomes the application."""
        return "visa_application" if self.role == "application_form" else self.role

    @property
    def is_filled_in(self) -> bool:
        """True for a form that this program fills in from the case."""
        return self.form_mapping is not None or self.role == BLANK_FORM
