"""Merging: documents and attachments become one PDF to print, to file and to find one's way in."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pikepdf
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, ByteStringObject, NameObject

from pipeline.bundle.cover_links import cover_links
from pipeline.bundle.manifest_rows import Obstacle
from pipeline.bundle.metadata import add_metadata, set_claim
from pipeline.bundle.outline import add_destinations, add_labels, add_links, add_outline
from pipeline.bundle.page_numbers import Numbering
from pipeline.bundle.piece import Piece
from pipeline.bundle.shared_fonts import share_fonts
from pipeline.formats.pdf.geometry import A4_POINTS
from pipeline.formats.pdf.pdfa import claims_pdf_a, obstacles
from pipeline.formats.pdf.reading import ReadPage, read_pages
from pipeline.formats.pdf.typesetting import subset_for

__all__ = ["Merged", "Piece", "merge"]


@dataclass(frozen=True, slots=True)
class Merged:
    """A bundle. ``blank_pages`` are numbers from 1.

    ``obstacles`` are the reasons why it does not claim to be PDF/A: id of a piece, and what is in it.
    """

    pdf: bytes
    blank_pages: tuple[int, ...]
    obstacles: tuple[Obstacle, ...]


@dataclass(frozen=True, slots=True)
class _Opened:
    """A piece, read by both parsers."""

    piece: Piece
    reader: PdfReader
    pdf: pikepdf.Pdf

    @property
    def foreign_pages(self) -> range:
        """Pages of the bundle whose content nobody has vouched for: those that the engine made as PDF/A are not."""
        first = self.piece.page - 1
        vouched_for = self.piece.is_made and claims_pdf_a(self.pdf)
        return range(first, first if vouched_for else first + len(self.pdf.pages))


def merge(pieces: Sequence[Piece], title: str, language: str, case_id: str, *, two_sided: bool = False) -> Merged:
    """One PDF of all pieces, each on the page on which it begins; what lies between becomes blank pages.

    Every page is numbered. The same pieces give the same bytes. With ``two_sided``, viewers offer to print so.
    """
    opened = [_open(piece) for piece in pieces]
    sheets = list(_sheets(opened))
    numbering = Numbering(case_id, [read for _, read in sheets])
    writer = PdfWriter()
    # The structure trees of the parts cannot be joined page by page, so none is kept half.
    font = share_fonts(writer, [(each.reader, each.pdf) for each in opened], subset_for(numbering.lines))
    for page, _ in sheets:
        added = writer.add_page(page) if page is not None else writer.add_blank_page(*A4_POINTS)
        numbering.add(writer, added, font)
    _add_ways(writer, pieces)
    add_metadata(writer, title, language, two_sided=two_sided)
    _add_intent(writer, opened)
    writer.compress_identical_objects()
    _identify(writer, [title, language, case_id, str(two_sided)], pieces)
    blank = tuple(number for number, (page, _) in enumerate(sheets, start=1) if page is None)
    written, found = _claimed(writer, opened, title, language)
    return Merged(written, blank, found)


def _open(piece: Piece) -> _Opened:
    # What the engine writes need not be searched for faults of strangers.
    reader = PdfReader(io.BytesIO(piece.pdf), strict=piece.is_made)
    return _Opened(piece, reader, pikepdf.open(io.BytesIO(piece.pdf)))


def _sheets(opened: Sequence[_Opened]) -> Iterator[tuple[PageObject | None, ReadPage]]:
    """Each page of the bundle with what a second parser reads on it; a blank page is None."""
    pages = 0
    for each in opened:
        for _ in range(pages, each.piece.page - 1):
            yield None, ReadPage("", A4_POINTS, ())
        yield from zip(each.reader.pages, read_pages(each.piece.pdf), strict=True)
        pages = each.piece.page - 1 + len(each.reader.pages)


def _add_ways(writer: PdfWriter, pieces: Sequence[Piece]) -> None:
    """Outline, page labels, destinations, and links from cover sheets."""
    add_outline(writer, pieces)
    add_labels(writer)
    add_destinations(writer, pieces)
    for cover in (piece for piece in pieces if piece.is_cover):
        for number, links in enumerate(cover_links(cover, pieces)):
            add_links(writer, writer.pages[cover.page - 1 + number], links)


def _add_intent(writer: PdfWriter, opened: Sequence[_Opened]) -> None:
    """For which screen colours are meant, as a document says it."""
    for each in opened:
        if each.piece.is_made and "/OutputIntents" in each.reader.root_object:
            intents = each.reader.root_object.raw_get("/OutputIntents")
            writer.root_object[NameObject("/OutputIntents")] = intents.clone(writer)
            return


def _claimed(
    writer: PdfWriter, opened: Sequence[_Opened], title: str, language: str
) -> tuple[bytes, tuple[Obstacle, ...]]:
    """The bundle, which says that it is PDF/A if nothing in it is found to be against that; else what was found."""
    foreign = [number for each in opened for number in each.foreign_pages]
    set_claim(writer, title, language, pdf_a=True)
    written = _written(writer)
    with pikepdf.open(io.BytesIO(written)) as pdf:
        whole = obstacles(pdf, foreign)
    if not whole:
        return written, ()
    set_claim(writer, title, language, pdf_a=False)
    found = [Obstacle(each.piece.id, reason) for each in opened for reason in obstacles(each.pdf) if reason in whole]
    return _written(writer), tuple(found or [Obstacle(opened[0].piece.id, reason) for reason in whole])


def _identify(writer: PdfWriter, words: Sequence[str], pieces: Sequence[Piece]) -> None:
    """An identifier made from the parts of the bundle instead of from the clock."""
    digest = hashlib.sha256("\0".join(words).encode())
    for piece in pieces:
        digest.update(hashlib.sha256(piece.pdf).digest())
    identifier = ByteStringObject(digest.digest()[:16])
    # pypdf can only make an identifier from random bytes itself.
    writer._ID = ArrayObject((identifier, identifier))  # noqa: SLF001 - see above


def _written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
