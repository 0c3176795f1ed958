"""What a bundle is merged from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of the bundle as it is merged: its id, title and PDF, and the page of the bundle on which it begins.

    ``section`` is the entry of the outline below which it stands, ``listed_as`` the title by which cover sheets list
    it. ``is_made`` says that the engine made it, and not a stranger.
    """

    id: str
    title: str
    pdf: bytes
    page: int
    section: str | None = None
    listed_as: str | None = None
    is_cover: bool = False
    is_made: bool = False
