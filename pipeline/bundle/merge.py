"""Merging documents and papers into one PDF for printing, filing and navigation.

Runs in the limited process (``merge_task.py``): a library may fail on a paper, and never end.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pikepdf
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, ByteStringObject, NameObject

from pipeline.bundle.cover_links import cover_links
from pipeline.bundle.manifest_rows import Obstacle
from pipeline.bundle.merge_messages import Merged
from pipeline.bundle.metadata import add_metadata, set_claim
from pipeline.bundle.outline import add_destinations, add_labels, add_links, add_outline
from pipeline.bundle.page_comparison import compare_papers
from pipeline.bundle.page_numbers import Numbering
from pipeline.bundle.piece import Piece
from pipeline.bundle.shared_fonts import share_fonts
from pipeline.formats.pdf.geometry import A4_POINTS
from pipeline.formats.pdf.pdfa import claims_pdf_a, obstacles
from pipeline.formats.pdf.reading import ReadPage, read_pages
from pipeline.formats.pdf.typesetting import subset_for

__all__ = ["Merged", "Piece", "merge"]


class PieceError(Exception):
    """A library failed on the piece with this id."""

    def __init__(self, piece: str) -> None:
        super().__init__(piece)
        self.piece = piece


@dataclass(frozen=True, slots=True)
class _Opened:
    """A piece, parsed by pypdf and pikepdf."""

    piece: Piece
    reader: PdfReader
    pdf: pikepdf.Pdf

    @property
    def unchecked_pages(self) -> range:
        """Indices of the pages of the bundle that have to be checked for PDF/A: the engine's own PDF/A is not."""
        first = self.piece.page - 1
        is_trusted = self.piece.is_generated and claims_pdf_a(self.pdf)
        return range(first, first if is_trusted else first + len(self.pdf.pages))


def merge(pieces: Sequence[Piece], title: str, language: str, case_id: str, *, two_sided: bool = False) -> Merged:
    """Merge ``pieces`` into one PDF, each from its own page on, with blank pages in the gaps and numbered pages.

    The same pieces give the same bytes. With ``two_sided``, viewers propose printing on both sides.
    """
    opened = [_open(piece) for piece in pieces]
    sheets = list(_sheets(opened))
    numbering = Numbering(case_id, [read for _, read, _ in sheets])
    writer = PdfWriter()
    # Structure trees are left out: they cannot be joined page by page.
    generated = [(each.reader, each.pdf) for each in opened if each.piece.is_generated]
    font = share_fonts(writer, generated, subset_for(numbering.lines))
    for page, _, piece in sheets:
        with _naming(piece):
            added = writer.add_page(page) if page is not None else writer.add_blank_page(*A4_POINTS)
            numbering.add(writer, added, font)
    _add_navigation(writer, pieces)
    add_metadata(writer, title, language, two_sided=two_sided)
    _add_intent(writer, opened)
    writer.compress_identical_objects()
    _identify(writer, [title, language, case_id, str(two_sided)], pieces)
    blank = tuple(number for number, (page, _, _) in enumerate(sheets, start=1) if page is None)
    written, found = _write_with_claim(writer, opened, title, language)
    compare_papers(written, pieces, numbering)
    return Merged(written, blank, found)


@contextmanager
def _naming(piece: Piece) -> Iterator[None]:
    """Raise any error of a library as a PieceError."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:
        raise PieceError(piece.id) from error


def _open(piece: Piece) -> _Opened:
    # Supplied papers may break rules of PDF that the engine keeps.
    with _naming(piece):
        reader = PdfReader(io.BytesIO(piece.pdf), strict=piece.is_generated)
        return _Opened(piece, reader, pikepdf.open(io.BytesIO(piece.pdf)))


def _sheets(opened: Sequence[_Opened]) -> Iterator[tuple[PageObject | None, ReadPage, Piece]]:
    """Each page of the bundle (None if it is blank) with the reading of a second parser, and its piece."""
    pages = 0
    for each in opened:
        for _ in range(pages, each.piece.page - 1):
            yield None, ReadPage("", A4_POINTS, ()), each.piece
        with _naming(each.piece):
            read = list(zip(each.reader.pages, read_pages(each.piece.pdf), strict=True))
        yield from ((page, reading, each.piece) for page, reading in read)
        pages = each.piece.page - 1 + len(read)


def _add_navigation(writer: PdfWriter, pieces: Sequence[Piece]) -> None:
    """Outline, page labels, destinations, and links from cover sheets."""
    add_outline(writer, pieces)
    add_labels(writer)
    add_destinations(writer, pieces)
    for cover in (piece for piece in pieces if piece.is_cover):
        for number, links in enumerate(cover_links(cover, pieces)):
            add_links(writer, writer.pages[cover.page - 1 + number], links)


def _add_intent(writer: PdfWriter, opened: Sequence[_Opened]) -> None:
    """Copy the output intent of the first document that has one."""
    for each in opened:
        if each.piece.is_generated and "/OutputIntents" in each.reader.root_object:
            intents = each.reader.root_object.raw_get("/OutputIntents")
            writer.root_object[NameObject("/OutputIntents")] = intents.clone(writer)
            return


def _write_with_claim(
    writer: PdfWriter, opened: Sequence[_Opened], title: str, language: str
) -> tuple[bytes, tuple[Obstacle, ...]]:
    """The bundle with a claim to PDF/A, or the bundle without it and the obstacles."""
    unchecked = [number for each in opened for number in each.unchecked_pages]
    set_claim(writer, title, language, pdf_a=True)
    written = _written(writer)
    with pikepdf.open(io.BytesIO(written)) as pdf:
        reasons = obstacles(pdf, unchecked)
    if not reasons:
        return written, ()
    set_claim(writer, title, language, pdf_a=False)
    found = [Obstacle(each.piece.id, reason) for each in opened for reason in obstacles(each.pdf) if reason in reasons]
    return _written(writer), tuple(found or [Obstacle(opened[0].piece.id, reason) for reason in reasons])


def _identify(writer: PdfWriter, words: Sequence[str], pieces: Sequence[Piece]) -> None:
    """Give the bundle an identifier that depends only on its parts."""
    digest = hashlib.sha256("\0".join(words).encode())
    for piece in pieces:
        digest.update(hashlib.sha256(piece.pdf).digest())
    identifier = ByteStringObject(digest.digest()[:16])
    writer._ID = ArrayObject((identifier, identifier))  # noqa: SLF001 - pypdf itself offers only random identifiers


def _written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
