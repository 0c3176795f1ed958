"""Navigation in a bundle: outline, page labels, named destinations, and links to these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, String
from pikepdf.models.outlines import OutlineItemFlag

from pipeline.bundle.cover_links import Link
from pipeline.bundle.piece import Piece

_PRINTED = 4  # the flag that PDF/A requires of every annotation; a link has no appearance to print


def add_outline(pdf: pikepdf.Pdf, pieces: Sequence[Piece]) -> None:
    """Add an entry for each document, below the entry of its section."""
    with pdf.open_outline() as outline:
        for section, together in groupby(pieces, lambda piece: piece.section):
            entries = [OutlineItem(piece.title, piece.page - 1, "Fit") for piece in together]
            if section:
                above = OutlineItem(section, entries[0].destination, "Fit", flags=OutlineItemFlag.Bold)
                above.children.extend(entries)
                entries = [above]
            outline.root.extend(entries)


def add_labels(pdf: pikepdf.Pdf) -> None:
    """Add page labels, so that viewers show the printed page numbers."""
    pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.D, St=1)]))


def add_destinations(pdf: pikepdf.Pdf, pieces: Iterable[Piece]) -> None:
    """Add a named destination for each document: its id in the page map."""
    places = {piece.id: Array([pdf.pages[piece.page - 1].obj, Name.Fit]) for piece in pieces}
    names = Array(item for name, place in sorted(places.items()) for item in (String(name), place))
    pdf.Root.Names = Dictionary(Dests=pdf.make_indirect(Dictionary(Names=names)))


def add_links(pdf: pikepdf.Pdf, page: Any, links: Iterable[Link]) -> None:
    """Add links from a page to the named destinations of documents."""
    listed = [
        pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Link,
                Rect=Array(round(end, 2) for end in link.box),
                Border=Array([0, 0, 0]),
                F=_PRINTED,
                Dest=String(link.to),
                Contents=String(link.title),
            )
        )
        for link in links
    ]
    if listed:
        page.Annots = Array([*page.get("/Annots", Array()), *listed])
