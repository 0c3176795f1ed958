"""Base classes of all parts of a case."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

#: The answer of an applicant who has nothing to declare.
NONE = "none"
#: The form of ids: of cases, of directory entries and of documents, which are names of files too.
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base class of all parts of a case."""


class Trilingual(Frozen, frozen=True):
    ja: str
    en: str
    zh: str


#: The languages of a trilingual text, in the order of a page.
PAGE_LANGUAGES: tuple[Literal["ja", "en", "zh"], ...] = ("ja", "en", "zh")


class Bilingual(Frozen, frozen=True):
    ja: str
    en: str
