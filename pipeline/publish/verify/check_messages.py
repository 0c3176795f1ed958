"""The messages between this process and the one that looks into a bundle."""

from __future__ import annotations

import msgspec

from pipeline.bundle.manifest_rows import BundleRow


class BundleCheck(msgspec.Struct, frozen=True):
    """A bundle to compare with its row in the manifest, and with the PDFs of its documents by part id.

    ``key`` is that of the case (``bundle/page_map.py``). Of a ``fresh`` bundle, only the structure is checked: the
    texts, PDF/A and the metadata were checked when it was made.
    """

    bundle: bytes
    row: BundleRow
    case_id: str
    documents: dict[str, bytes]
    password: str | None
    key: bytes | None
    fresh: bool


class Finding(msgspec.Struct, frozen=True):
    """A difference, and the page of the bundle on which it is."""

    code: str
    message: str
    page: int | None = None


class BundleFindings(msgspec.Struct, frozen=True):
    """The differences of a bundle. ``is_locked``: the password does not open it."""

    findings: tuple[Finding, ...] = ()
    is_locked: bool = False
