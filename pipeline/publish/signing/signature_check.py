"""Checking the signatures in a bundle: signer and field, validity, and trust in the signer."""

from __future__ import annotations

import io
from collections.abc import Sequence

from asn1crypto.x509 import Certificate
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import PdfSignatureStatus, SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from pipeline.errors import InputError, Problem
from pipeline.publish.signing.library_logging import silence_library_logging
from pipeline.publish.signing.signing_messages import Signature

for _library in ("pyhanko", "pyhanko_certvalidator"):
    silence_library_logging(_library)

_UNREADABLE = (PdfError, SignatureValidationError, ValueError, KeyError, TypeError)


def load_roots(content: bytes) -> list[Certificate]:
    """Return the certificates of a PEM or DER file. Raises InputError if it contains none."""
    try:
        found = list(load_certs_from_pemder_data(content))
        for certificate in found:
            certificate.native  # noqa: B018 - the library parses a certificate only when an attribute is read
    except (ValueError, TypeError):
        found = []
    if not found:
        message, hint = "the file contains no certificate", "give the authority's certificate as PEM or DER"
        raise InputError(Problem("verify-roots", "error", message, hint))
    return found


def signatures_in(bundle: bytes, roots: Sequence[Certificate] = ()) -> list[Signature]:
    """Return the signatures of ``bundle``, the oldest first, without network access. Raises ValueError."""
    try:
        embedded = PdfFileReader(io.BytesIO(bundle)).embedded_regular_signatures
        context = ValidationContext(trust_roots=list(roots), allow_fetching=False)
        found = [(each.field_name, validate_pdf_signature(each, context)) for each in embedded]
    except _UNREADABLE:
        raise ValueError("the signatures cannot be read") from None
    return [_signature(field, status, has_roots=bool(roots)) for field, status in found]


def _signature(field: str, status: PdfSignatureStatus, *, has_roots: bool) -> Signature:
    changed = status.modification_level or ModificationLevel.OTHER
    covered = status.coverage or SignatureCoverageLevel.UNCLEAR
    return Signature(
        field=field,
        signer=str(status.signing_cert.subject.native.get("common_name", status.signing_cert.subject.human_friendly)),
        signed_at=status.signer_reported_dt,
        is_valid=bool(
            status.intact
            and status.valid
            and covered >= SignatureCoverageLevel.ENTIRE_REVISION
            and changed <= ModificationLevel.FORM_FILLING
        ),
        is_trusted=bool(status.trusted) if has_roots else None,
        is_last=covered == SignatureCoverageLevel.ENTIRE_FILE,
    )
