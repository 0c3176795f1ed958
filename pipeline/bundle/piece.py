"""The pieces from which a bundle is merged."""

from __future__ import annotations

import msgspec

from pipeline.formats.pdf.read_page import ReadPage
from pipeline.packet.paper import PagePicture


class Piece(msgspec.Struct, frozen=True):
    """One part of a bundle: its id, title and PDF, and the page of the bundle on which it begins.

    ``section`` is the outline entry above it, ``listed_as`` its title on cover sheets. ``is_generated``: the engine
    generated it; it is not a supplied paper. ``signer`` is who signs it if its seal boxes become fields for signatures.
    ``pictures`` show each page of a supplied paper. ``pages`` are those of the PDF as a second parser reads them; if
    there are none, they are read when the piece is merged.
    """

    id: str
    title: str
    pdf: bytes
    page: int
    section: str | None = None
    listed_as: str | None = None
    is_cover: bool = False
    is_generated: bool = False
    signer: str | None = None
    pictures: tuple[PagePicture, ...] = ()
    pages: tuple[ReadPage, ...] = ()
