"""The hospital and the guarantor."""

from __future__ import annotations

from typing import Literal

import msgspec

from pipeline.case.base import Bilingual, Frozen


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
    """The common fields of hospital and guarantor."""

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

    def __post_init__(self) -> None:
        """Write the postal code with its hyphen, as it is printed."""
        digits = self.postal_code.replace("-", "")
        msgspec.structs.force_setattr(self, "postal_code", f"{digits[:3]}-{digits[3:]}")


class Hospital(Organisation, frozen=True):
    pass


class Guarantor(Organisation, frozen=True):
    kind: Literal["coordinator", "travel_agency"]
