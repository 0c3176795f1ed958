"""Merging documents and papers into one PDF for printing, filing and navigation.

Runs in the limited process (``merge_task.py``): a library may fail on a paper, and never end.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pikepdf

from pipeline.bundle.cover_links import cover_links
from pipeline.bundle.identical_objects import merge_identical
from pipeline.bundle.manifest_rows import Obstacle
from pipeline.bundle.merge_messages import Merged
from pipeline.bundle.metadata import add_metadata, set_claim
from pipeline.bundle.outline import add_destinations, add_labels, add_links, add_outline
from pipeline.bundle.page_comparison import compare_papers
from pipeline.bundle.page_numbers import Numbering
from pipeline.bundle.piece import Piece
from pipeline.formats.pdf.geometry import A4_POINTS
from pipeline.formats.pdf.pdfa import claims_pdf_a, obstacles
from pipeline.formats.pdf.read_page import ReadPage
from pipeline.formats.pdf.reading import read_pages
from pipeline.formats.pdf.typesetting import add_font, subset_for

__all__ = ["Merged", "Piece", "merge"]

#: The version that the documents have: other parts have older ones.
_VERSION = "1.7"
#: Keys of a page that belong to the structure of the PDF from which it comes.
_OF_OTHER = ("/StructParents", "/B")


class PieceError(Exception):
    """A library failed on the piece with this id."""

    def __init__(self, piece: str) -> None:
        super().__init__(piece)
        self.piece = piece


@dataclass(frozen=True, slots=True)
class _Opened:
    """A piece, and its pages as pikepdf and as a second parser read them."""

    piece: Piece
    pdf: pikepdf.Pdf
    pages: Sequence[ReadPage]

    @property
    def unchecked_pages(self) -> range:
        """Indices of the pages of the bundle that have to be checked for PDF/A: the engine's own PDF/A is not."""
        first = self.piece.page - 1
        is_trusted = self.piece.is_generated and claims_pdf_a(self.pdf)
        return range(first, first if is_trusted else first + len(self.pdf.pages))


def merge(pieces: Sequence[Piece], title: str, language: str, heading: str, *, two_sided: bool = False) -> Merged:
    """Merge ``pieces`` into one PDF, each from its own page on, with blank pages in the gaps and numbered pages.

    The same pieces give the same bytes. With ``two_sided``, viewers propose printing on both sides.
    """
    opened = [_open(piece) for piece in pieces]
    sheets = list(_sheets(opened))
    numbering = Numbering(heading, [read for _, read, _ in sheets])
    with pikepdf.new() as pdf:
        # Structure trees are left out: they cannot be joined page by page.
        font = add_font(pdf, subset_for(numbering.lines))
        for index, (page, _, piece) in enumerate(sheets):
            with _naming(piece):
                _add_page(pdf, page)
                numbering.add(pdf, index, font)
        merge_identical(pdf)
        _add_navigation(pdf, pieces)
        add_metadata(pdf, title, language, two_sided=two_sided)
        _add_intent(pdf, opened)
        written, found = _write_with_claim(pdf, opened, title, language)
    compare_papers(written, pieces, numbering)
    blank = tuple(number for number, (page, _, _) in enumerate(sheets, start=1) if page is None)
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
    with _naming(piece):
        return _Opened(piece, pikepdf.open(io.BytesIO(piece.pdf)), piece.pages or read_pages(piece.pdf))


def _sheets(opened: Sequence[_Opened]) -> Iterator[tuple[pikepdf.Page | None, ReadPage, Piece]]:
    """Each page of the bundle (None if it is blank) with the reading of a second parser, and its piece."""
    pages = 0
    for each in opened:
        for _ in range(pages, each.piece.page - 1):
            yield None, ReadPage("", A4_POINTS, ()), each.piece
        with _naming(each.piece):
            read = list(zip(each.pdf.pages, each.pages, strict=True))
        yield from ((page, reading, each.piece) for page, reading in read)
        pages = each.piece.page - 1 + len(read)


def _add_page(pdf: pikepdf.Pdf, page: pikepdf.Page | None) -> None:
    if page is None:
        pdf.add_blank_page(page_size=A4_POINTS)
        return
    pdf.pages.append(page)
    for key in _OF_OTHER:
        if key in pdf.pages[-1].obj:
            del pdf.pages[-1].obj[key]


def _add_navigation(pdf: pikepdf.Pdf, pieces: Sequence[Piece]) -> None:
    """Outline, page labels, destinations, and links from cover sheets."""
    add_outline(pdf, pieces)
    add_labels(pdf)
    add_destinations(pdf, pieces)
    for cover in (piece for piece in pieces if piece.is_cover):
        for number, links in enumerate(cover_links(cover, pieces)):
            add_links(pdf, pdf.pages[cover.page - 1 + number].obj, links)


def _add_intent(pdf: pikepdf.Pdf, opened: Sequence[_Opened]) -> None:
    """Copy the output intent of the first document that has one."""
    for each in opened:
        if each.piece.is_generated and "/OutputIntents" in each.pdf.Root:
            pdf.Root.OutputIntents = pdf.copy_foreign(each.pdf.make_indirect(each.pdf.Root.OutputIntents))
            return


def _write_with_claim(
    pdf: pikepdf.Pdf, opened: Sequence[_Opened], title: str, language: str
) -> tuple[bytes, tuple[Obstacle, ...]]:
    """The bundle with a claim to PDF/A, or the bundle without it and the obstacles."""
    unchecked = [number for each in opened for number in each.unchecked_pages]
    set_claim(pdf, title, language, pdf_a=True)
    written = _written(pdf)
    with pikepdf.open(io.BytesIO(written)) as read:
        reasons = obstacles(read, unchecked)
    if not reasons:
        return written, ()
    set_claim(pdf, title, language, pdf_a=False)
    found = [Obstacle(each.piece.id, reason) for each in opened for reason in obstacles(each.pdf) if reason in reasons]
    return _written(pdf), tuple(found or [Obstacle(opened[0].piece.id, reason) for reason in reasons])


def _written(pdf: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, min_version=_VERSION, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()
