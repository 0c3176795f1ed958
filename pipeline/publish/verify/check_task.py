"""Looking into a bundle in the limited process: from a BundleCheck to BundleFindings, as bytes."""

from __future__ import annotations

import io

import msgspec
import pikepdf

from pipeline.attachments.library_limits import limit_libraries
from pipeline.attachments.messages import LIMITS
from pipeline.bundle.manifest_rows import BundleRow
from pipeline.formats.pdf.encryption import decrypt
from pipeline.formats.pdf.geometry import A4_POINTS
from pipeline.publish.verify.check_messages import BundleCheck, BundleFindings, Finding
from pipeline.publish.verify.page_texts import text_findings
from pipeline.publish.verify.structure import standard_findings, structure_findings

_CHECKS = msgspec.msgpack.Decoder(BundleCheck)


def warm_up() -> None:
    """Look into a bundle of one empty page, which is made here."""
    bundle = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=A4_POINTS)
        pdf.save(bundle)
    row = BundleRow(
        "bundle", "patient", "bundle.pdf", "", 0, 1, (1,), pdf_a=False, not_pdf_a=(), page_map=(), volumes=()
    )
    list(structure_findings(bundle.getvalue(), row))


def answer_check(content: bytes) -> bytes:
    """Answer a BundleCheck in this process, which does nothing else."""
    limit_libraries(LIMITS)
    return msgspec.msgpack.encode(_look_into(_CHECKS.decode(content)))


def _look_into(check: BundleCheck) -> BundleFindings:
    try:
        return BundleFindings(tuple(_findings(_opened(check))))
    except pikepdf.PasswordError:
        return BundleFindings(is_locked=True)
    except Exception:  # noqa: BLE001 - parsers raise anything on a damaged file
        message = f"{check.row.path} cannot be read: it is damaged"
        return BundleFindings((Finding("verify-unreadable", message),))


def _opened(check: BundleCheck) -> BundleCheck:
    """The same without encryption."""
    if check.password is None:
        return check
    documents = {part: decrypt(pdf, check.password) for part, pdf in check.documents.items()}
    return msgspec.structs.replace(check, bundle=decrypt(check.bundle, check.password), documents=documents)


def _findings(check: BundleCheck) -> list[Finding]:
    findings = structure_findings(check.bundle, check.row)
    if check.fresh:
        return list(findings)
    return [*findings, *standard_findings(check.bundle, check.row), *text_findings(check)]
