"""Fields for digital signatures in the seal boxes of a bundle."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name

from pipeline.bundle.seal_boxes import SealBox


@dataclass(frozen=True, slots=True)
class SignatureField:
    """A seal box of a bundle in which ``signer`` can sign ``document``."""

    signer: str
    document: str
    box: SealBox


def with_signature_fields(bundle: bytes, fields: Iterable[SignatureField]) -> bytes:
    """Add an empty field for each of ``fields``, named ``signer.document``. The same input gives the same bytes."""
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
    """Add a field that is its own widget. PDF/A requires an appearance, which is empty while it is unsigned."""
    page = pdf.pages[field.box.page]
    left, bottom, right, top = field.box.box
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
