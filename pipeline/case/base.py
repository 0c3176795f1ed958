"""What all parts of a case are made of."""

from __future__ import annotations

import msgspec

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
