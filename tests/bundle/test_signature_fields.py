from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pikepdf

from pipeline.bundle.seal_boxes import SealBox
from pipeline.bundle.signature_fields import SignatureField, with_signature_fields
from tests.support.built import make_pdf
from tests.support.tools import needs_qpdf

BOX = (450.0, 100.0, 510.0, 160.0)
PAGES = make_pdf(2)


def _with_fields() -> bytes:
    fields = [
        SignatureField("hospital", "invitation-letter", SealBox(0, BOX)),
        SignatureField("hospital", "cost-estimate", SealBox(1, BOX)),
        SignatureField("guarantor", "letter-of-guarantee", SealBox(1, (100, 100, 160, 160))),
    ]
    return with_signature_fields(PAGES, fields)


def test_fields_are_named_by_signer_and_document() -> None:
    with pikepdf.open(io.BytesIO(_with_fields())) as pdf:
        named = [(str(parent.T), [str(kid.T) for kid in parent.Kids]) for parent in pdf.Root.AcroForm.Fields]
        assert named == [("hospital", ["invitation-letter", "cost-estimate"]), ("guarantor", ["letter-of-guarantee"])]
        places = [[[float(side) for side in field.Rect] for field in page.Annots] for page in pdf.pages]
        assert places == [[list(BOX)], [list(BOX), [100, 100, 160, 160]]]


def test_no_field_is_signed() -> None:
    with pikepdf.open(io.BytesIO(_with_fields())) as pdf:
        fields = [field for page in pdf.pages for field in page.Annots]
        assert all(field.FT == "/Sig" and "/V" not in field for field in fields)


def test_fields_are_the_same_bytes_each_time() -> None:
    assert _with_fields() == _with_fields()


@needs_qpdf
def test_qpdf_has_no_complaint(tmp_path: Path) -> None:
    file = tmp_path / "fields.pdf"
    file.write_bytes(_with_fields())
    checked = subprocess.run(["qpdf", "--check", file], capture_output=True, text=True, check=False)  # noqa: S607
    assert checked.returncode == 0, checked.stderr
