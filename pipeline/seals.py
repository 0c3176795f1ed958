"""Seal places: where the empty boxes 印 of a document are, and fields for digital signatures in them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name

_SEAL = "印"
#: A line of a table is drawn as a rectangle this thin, in points.
_LINE_POINTS = 2.0

#: Left, bottom, right and top in points, from the lower left corner of the page.
Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class SealBox:
    """An empty box 印 on ``page`` (from 0) of a PDF."""

    page: int
    rectangle: Rectangle


@dataclass(frozen=True, slots=True)
class SignatureField:
    """A place in a bundle where ``signer`` may sign ``document``; ``box`` counts pages of the bundle."""

    signer: str
    document: str
    box: SealBox


def seal_boxes(pdf: bytes) -> list[SealBox]:
    """The boxes of ``pdf`` that say nothing but 印, from top to bottom of each page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [SealBox(number, box) for number, page in enumerate(document) for box in _boxes(page)]
    finally:
        document.close()


def _boxes(page: pypdfium2.PdfPage) -> Iterator[Rectangle]:
    lines = [
        rectangle
        for thing in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_PATH], max_depth=5)
        if (rectangle := thing.get_bounds())[3] - rectangle[1] <= _LINE_POINTS
    ]
    for left, bottom, right, top in _seals(page):
        over = [line for line in lines if line[0] <= left and right <= line[2]]
        above = min((line for line in over if line[1] >= bottom), key=lambda line: line[1], default=None)
        below = max((line for line in over if line[3] <= top), key=lambda line: line[3], default=None)
        if above and below:
            yield (max(above[0], below[0]), below[3], min(above[2], below[2]), above[1])


def _seals(page: pypdfium2.PdfPage) -> Iterator[Rectangle]:
    """Where 印 stands alone in its line."""
    text = page.get_textpage()
    words = text.get_text_range()
    for place, character in enumerate(words):
        beside = words[place - 1 : place] + words[place + 1 : place + 2]
        if character == _SEAL and not beside.strip():
            yield text.get_charbox(place)


def with_signature_fields(bundle: bytes, fields: Iterable[SignatureField]) -> bytes:
    """``bundle`` with an empty field for each of ``fields``, named ``signer.document``. Same in, same out."""
    with pikepdf.open(io.BytesIO(bundle)) as pdf:
        parents: dict[str, pikepdf.Object] = {}
        for field in fields:
            if field.signer not in parents:
                parents[field.signer] = pdf.make_indirect(Dictionary(T=field.signer, Kids=Array()))
            _add_field(pdf, field, parents[field.signer])
        if parents:
            pdf.Root.AcroForm = pdf.make_indirect(Dictionary(Fields=Array(parents.values()), SigFlags=1))
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
        return out.getvalue()


def _add_field(pdf: pikepdf.Pdf, field: SignatureField, parent: pikepdf.Object) -> None:
    """A field that is its own widget; one that is not signed shows nothing, which PDF/A wants said."""
    page = pdf.pages[field.box.page]
    left, bottom, right, top = field.box.rectangle
    nothing = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, right - left, top - bottom]))
    widget = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Sig,
        T=field.document,
        TU=f"{field.signer}: {field.document}",
        Parent=parent,
        P=page.obj,
        Rect=Array([left, bottom, right, top]),
        F=4,  # printed
        AP=Dictionary(N=nothing),
    )
    added = pdf.make_indirect(widget)
    parent.Kids.append(added)
    if "/Annots" not in page.obj:
        page.obj.Annots = Array()
    page.obj.Annots.append(added)
