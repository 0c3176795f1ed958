"""Merging: documents and attachments become one PDF with an outline, a title and a language."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, BooleanObject, ByteStringObject, DictionaryObject, NameObject, TextStringObject


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of the bundle as it is merged: its outline title and its PDF."""

    title: str
    pdf: bytes


def merge(pieces: Sequence[Piece], title: str, language: str) -> bytes:
    """One PDF of all pieces in order. The same pieces give the same bytes."""
    writer = PdfWriter()
    # The structure trees of the parts cannot be joined page by page, so none is kept half.
    for piece in pieces:
        writer.append(PdfReader(io.BytesIO(piece.pdf)), outline_item=piece.title, import_outline=False)
    for page in writer.pages:
        page.pop("/StructParents", None)
    writer.metadata = {"/Title": title, "/Producer": "visa-packet"}
    root = writer.root_object
    root[NameObject("/Lang")] = TextStringObject(language)
    root[NameObject("/PageMode")] = NameObject("/UseOutlines")
    root[NameObject("/ViewerPreferences")] = DictionaryObject(
        {NameObject("/DisplayDocTitle"): BooleanObject(value=True)}
    )
    writer.compress_identical_objects()
    return _written(writer, pieces)


def _written(writer: PdfWriter, pieces: Sequence[Piece]) -> bytes:
    """Bytes of the PDF, with an identifier made from its parts instead of from the clock."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(hashlib.sha256(piece.pdf).digest())
    identifier = ByteStringObject(digest.digest()[:16])
    # pypdf can only make an identifier from random bytes itself.
    writer._ID = ArrayObject((identifier, identifier))  # noqa: SLF001 - see above
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
