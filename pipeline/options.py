"""Options of a check and a build."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """How to check and build.

    ``as_of`` is the day for which the rules are checked: with it, a run is repeatable. ``templates`` is the
    name of a shipped set or the folder of another. With ``strict``, warnings forbid to build. ``directory`` is
    the folder of hospitals and guarantors; without it, the folder ``directory`` near the case. A ``draft`` has a
    mark on each page that is made. Papers of the official list may be missing from it, or with ``allow_missing``.
    With ``right_hand_pages``, each document of a bundle begins on a right-hand page, for printing on both sides.
    ``max_bytes`` is how large a bundle may be for upload or mail.
    ``signature_fields`` puts fields for digital signatures where seals go. A ``recipient_copy`` is made besides, with
    masked identity numbers. With a ``password``, PDFs are encrypted, and Word files are left out.
    ``templates_sha256`` is that of the set with which a run began: another version of it is refused.
    """

    as_of: date
    templates: str = "medical-stay"
    engine: str = "office2pdf"
    strict: bool = False
    directory: Path | None = None
    draft: bool = False
    allow_missing: bool = False
    right_hand_pages: bool = False
    max_bytes: int | None = None
    signature_fields: bool = False
    recipient_copy: bool = False
    password: str | None = field(default=None, repr=False)
    templates_sha256: str | None = None

    @property
    def papers_may_miss(self) -> bool:
        """Whether a missing paper does not forbid to build."""
        return self.draft or self.allow_missing
