"""Base classes of all parts of a case."""

from __future__ import annotations

import msgspec

#: The answer of an applicant who has nothing to declare.
NONE = "none"


class Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base class of all parts of a case."""


class Trilingual(Frozen, frozen=True):
    ja: str
    en: str
    zh: str


class Bilingual(Frozen, frozen=True):
    ja: str
    en: str
