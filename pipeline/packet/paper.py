"""A paper of the packet: an attachment that was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Note:
    """Something to tell about a paper: the id of a rule, and which of that rule's details."""

    rule: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """An attachment ready to merge. ``sha256`` and ``size`` (bytes) are those of the user's file.

    ``form`` describes a form that was filled (pipeline/attachments/forms/fill_form.py), by the mapping with that hash.
    """

    pdf: bytes
    pages: int
    sha256: str
    size: int
    notes: tuple[Note, ...] = ()
    form: Mapping[str, Any] | None = None
    mapping_sha256: str | None = None
