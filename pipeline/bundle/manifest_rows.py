"""The rows of manifest.json that describe a bundle (schemas/manifest.schema.json)."""

from __future__ import annotations

from typing import Literal

from pipeline.case.base import Frozen


class PageMapRow(Frozen, frozen=True):
    """One part of a bundle. ``page`` is its first page, ``bytes`` the size of its PDF before the merge.

    ``section`` is the outline entry above it. ``text`` is the keyed hash of its text (None for supplied papers).
    ``unsigned`` if somebody must still sign it.
    """

    id: str
    kind: Literal["cover", "document", "attachment", "signed"]
    section: str | None
    title: str
    page: int
    pages: int
    bytes: int
    text: str | None
    unsigned: bool

    @property
    def last_page(self) -> int:
        """The page on which the part ends."""
        return self.page + self.pages - 1


PageMap = tuple[PageMapRow, ...]


class VolumeRow(Frozen, frozen=True):
    """One volume: a file with ``pages`` pages of the bundle, beginning with ``page``."""

    path: str
    sha256: str
    bytes: int
    page: int
    pages: int


class Obstacle(Frozen, frozen=True):
    """The reason why one part (its id in the page map) is not PDF/A."""

    part: str
    reason: str


class BundleRow(Frozen, frozen=True):
    """One merged PDF: the bundle that ``person`` files, or the working file. ``pages`` includes the blank ones."""

    kind: Literal["bundle", "working_file"]
    person: str
    path: str
    sha256: str
    bytes: int
    pages: int
    blank_pages: tuple[int, ...]
    pdf_a: bool
    not_pdf_a: tuple[Obstacle, ...]
    page_map: PageMap
    volumes: tuple[VolumeRow, ...]
