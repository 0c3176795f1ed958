"""Comparing the finished bundle with the supplied papers: each page must look as it did in the file that came in."""

from __future__ import annotations

from collections.abc import Sequence

import pypdfium2

from pipeline.attachments.page_pictures import looks_like
from pipeline.bundle.page_numbers import Numbering
from pipeline.bundle.piece import Piece


class DifferentPageError(Exception):
    """A page (from 1) of a supplied paper looks different in the bundle. ``piece`` is the id of the paper."""

    def __init__(self, piece: str, page: int) -> None:
        super().__init__(piece, page)
        self.piece, self.page = piece, page


def compare_papers(bundle: bytes, pieces: Sequence[Piece], numbering: Numbering) -> None:
    """Raise DifferentPageError for the first page that differs by more than its number."""
    document = pypdfium2.PdfDocument(bundle)
    try:
        for piece in pieces:
            for number, picture in enumerate(piece.pictures):
                index = piece.page - 1 + number
                page = document[index]
                place = numbering.moved(index, picture.place)
                if not looks_like(page, picture, place, numbering.room(index)):
                    raise DifferentPageError(piece.id, number + 1)
                page.close()  # pdfium remembers the decoded pictures of an open page
    finally:
        document.close()
