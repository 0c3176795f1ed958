"""The rule catalogue: what each rule says, how grave it is, where it comes from, as of when."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from pipeline.errors import Severity


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of ``catalogue.json``. ``confidence`` says how sure the source is; low never blocks."""

    id: str
    theme: str
    severity: Severity
    confidence: Literal["high", "medium", "low"]
    title: str
    message: str
    hint: str
    source: str
    as_of: str


class _Catalogue(msgspec.Struct, frozen=True):
    as_of: str
    rules: tuple[Rule, ...]


CATALOGUE_FILE = Path(__file__).with_name("catalogue.json")


@cache
def _read() -> _Catalogue:
    return msgspec.json.decode(CATALOGUE_FILE.read_bytes(), type=_Catalogue)


def catalogue() -> dict[str, Rule]:
    """All rules by id, in the order of the file."""
    return {entry.id: entry for entry in _read().rules}


def catalogue_date() -> str:
    """Day as of which the catalogue as a whole was last looked through."""
    return _read().as_of
