"""Fields for digital signatures in the empty places for seals of a bundle."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name

from pipeline.bundle.seal_boxes import SealBox


@dataclass(frozen=True, slots=True)
class SignatureField:
    """A place in a bundle where ``signer`` may sign ``document``; ``place`` counts pages of the bundle from 0."""

    signer: str
    document: str
    place: SealBox


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
    page = pdf.pages[field.place.page]
    left, bottom, right, top = field.place.box
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
