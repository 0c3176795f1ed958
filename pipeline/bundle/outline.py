"""Navigation in a bundle: outline, page labels, named destinations, and links to these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from pypdf import PageObject, PdfWriter
from pypdf.generic import ArrayObject, NameObject, TextStringObject

from pipeline.bundle.cover_links import Link
from pipeline.bundle.piece import Piece
from pipeline.bundle.pypdf_objects import add, dictionary

_PRINTED = 4  # the flag that PDF/A requires of every annotation; a link has no appearance to print


def add_outline(writer: PdfWriter, pieces: Sequence[Piece]) -> None:
    """Add an entry for each document, below the entry of its section."""
    for section, together in groupby(pieces, lambda piece: piece.section):
        listed = list(together)
        parent = None
        if section:
            first = writer.pages[listed[0].page - 1]
            parent = writer.add_outline_item(title=section, page_number=first, bold=True)
        for piece in listed:
            page = writer.pages[piece.page - 1]
            writer.add_outline_item(title=piece.title, page_number=page, parent=parent)


def add_labels(writer: PdfWriter) -> None:
    """Add page labels, so that viewers show the printed page numbers."""
    writer.root_object[NameObject("/PageLabels")] = dictionary({"Nums": [0, {"S": "/D", "St": 1}]})


def add_destinations(writer: PdfWriter, pieces: Iterable[Piece]) -> None:
    """Add a named destination for each document: its id in the page map."""
    places = {piece.id: [writer.pages[piece.page - 1].indirect_reference, "/Fit"] for piece in pieces}
    names = [item for name, place in sorted(places.items()) for item in (TextStringObject(name), place)]
    writer.root_object[NameObject("/Names")] = dictionary({"Dests": add(writer, {"Names": names})})


def add_links(writer: PdfWriter, page: PageObject, links: Iterable[Link]) -> None:
    """Add links from a page to the named destinations of documents."""
    listed = [
        add(
            writer,
            {
                "Type": "/Annot",
                "Subtype": "/Link",
                "Rect": [round(end, 2) for end in link.box],
                "Border": [0, 0, 0],
                "F": _PRINTED,
                "Dest": TextStringObject(link.to),
                "Contents": TextStringObject(link.title),
            },
        )
        for link in links
    ]
    if listed:
        page[NameObject("/Annots")] = ArrayObject([*page.get("/Annots", ArrayObject()), *listed])
