"""Signatures in a bundle: who signed which field, whether it still holds, and whether its signer is trusted."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto.x509 import Certificate
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import PdfSignatureStatus, SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from pipeline.errors import InputError, Problem
from pipeline.publish.signing.library_logging import quiet

for _library in ("pyhanko", "pyhanko_certvalidator"):
    quiet(_library)

_UNREADABLE = (PdfError, SignatureValidationError, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Signature:
    """A signed field. ``signed_at`` is the signer's own clock.

    ``holds``: what was signed is unchanged, and only further signatures came after it. ``is_trusted``: the signer's
    certificate leads to one of the roots; None when there were no roots to ask.
    """

    field: str
    signer: str
    signed_at: datetime | None
    holds: bool
    is_trusted: bool | None
    is_last: bool


def load_roots(content: bytes) -> list[Certificate]:
    """The certificates of a PEM or DER file. Raises InputError when it holds none."""
    try:
        found = list(load_certs_from_pemder_data(content))
        for certificate in found:
            certificate.native  # noqa: B018 - the library reads a certificate only when it is looked at
    except (ValueError, TypeError):
        found = []
    if not found:
        message, hint = "the file holds no certificate", "give the authority's certificate as PEM or DER"
        raise InputError(Problem("verify-roots", "error", message, hint))
    return found


def signatures_in(bundle: bytes, roots: Sequence[Certificate] = ()) -> list[Signature]:
    """Every signature of ``bundle``, the oldest first; nothing is asked of the network. Raises ValueError."""
    try:
        embedded = PdfFileReader(io.BytesIO(bundle)).embedded_regular_signatures
        context = ValidationContext(trust_roots=list(roots), allow_fetching=False)
        found = [(each.field_name, validate_pdf_signature(each, context)) for each in embedded]
    except _UNREADABLE as error:
        raise ValueError(type(error).__name__) from None
    return [_told(field, status, asked=bool(roots)) for field, status in found]


def _told(field: str, status: PdfSignatureStatus, *, asked: bool) -> Signature:
    changed = status.modification_level or ModificationLevel.OTHER
    covered = status.coverage or SignatureCoverageLevel.UNCLEAR
    return Signature(
        field=field,
        signer=str(status.signing_cert.subject.native.get("common_name", status.signing_cert.subject.human_friendly)),
        signed_at=status.signer_reported_dt,
        holds=bool(
            status.intact
            and status.valid
            and covered >= SignatureCoverageLevel.ENTIRE_REVISION
            and changed <= ModificationLevel.FORM_FILLING
        ),
        is_trusted=bool(status.trusted) if asked else None,
        is_last=covered == SignatureCoverageLevel.ENTIRE_FILE,
    )
