"""PDFs: opened, measured, cleaned, drawn on A4 pages, and compared by a second reader."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

import pikepdf

from pipeline.attachments.a4_pages import lay_out, shown_size
from pipeline.attachments.active_content import (
    ACTIVE_RULE,
    SIGNATURE_RULE,
    containers,
    dictionaries_in,
    note_active_content,
    strip,
    surviving,
)
from pipeline.attachments.ambiguous_content import reject_ambiguous_pictures, reject_double_keys
from pipeline.attachments.decompression import check_streams, jpeg_in
from pipeline.attachments.downsample import downsample_pictures
from pipeline.attachments.flatten import flatten
from pipeline.attachments.jpeg import plain_jpeg
from pipeline.attachments.layers import reject_hidden_layers
from pipeline.attachments.messages import ReaderAnswer, Request
from pipeline.attachments.missing_fonts import FONT_RULE, lacks_a_font
from pipeline.attachments.notes import Notes
from pipeline.attachments.second_reader import PageProof, compare_readers
from pipeline.attachments.unusable import unusable
from pipeline.attachments.xfa import XFA_RULE, is_drawn_from_xfa

REPAIRED_RULE, RESTRICTED_RULE = "FIL-04", "FIL-07"
_DEEPEST = 50
_OWN = "visa-packet"


def read_pdf(request: Request) -> tuple[ReaderAnswer, str]:
    """Return a clean copy of the PDF, and its text.

    Raises UnusableError, or any error of a library if the file is broken.
    """
    content, conversion = request.content, request.conversion
    # qpdf repairs a PDF without its end and does not complain, but the result has fewer pages than the paper.
    if b"%%EOF" not in content.rstrip(b"\0\t\n\r ")[-1024:]:
        raise unusable("attachment-damaged/end")
    notes = Notes()
    with open_pdf(content, request.password, notes) as pdf:
        _check_pages(pdf, request.limits.pages)
        check_streams(pdf, request.limits)
        note_repairs(pdf, notes)
        parts = list(containers(pdf))
        reject_ambiguous_pictures(pdf, parts)
        reject_hidden_layers(pdf)
        _reject_own(pdf)
        _reject_portfolio(pdf)
        note_active_content(dictionaries_in(parts), notes)
        if request.wanted is not None and request.wanted.signed and SIGNATURE_RULE not in notes:
            _reject_unsigned(pdf)
        if is_drawn_from_xfa(pdf):
            notes.add(XFA_RULE)
        sizes = [shown_size(page) for page in pdf.pages]
        new, placements = lay_out(flatten(pdf, notes), notes)
    with new:
        strip(new)
        remaining = list(surviving(new))
        _reject_active(remaining)
        if lacks_a_font(remaining):
            notes.add(FONT_RULE)
        _strip_pictures(new)
        if conversion.jpeg_quality is not None:
            downsample_pictures(new, conversion.dpi, conversion.jpeg_quality)
        out = io.BytesIO()
        new.save(out, deterministic_id=True)
    proofs = [PageProof(*pair) for pair in zip(sizes, placements, strict=True)]
    read = compare_readers(content, request.password, out.getvalue(), proofs, drawn_later=request.drawn_later)
    answer = ReaderAnswer(out.getvalue(), len(sizes), notes.all(), pictures=tuple(page.picture for page in read))
    return answer, "\n".join(page.text for page in read)


def open_pdf(content: bytes, password: str | None, notes: Notes) -> pikepdf.Pdf:
    """Open a PDF. Raises UnusableError if it is protected."""
    try:
        pdf = pikepdf.open(io.BytesIO(content), password=password or "")
    except pikepdf.PasswordError:
        if password is None:
            raise unusable("attachment-encrypted") from None
        raise unusable("attachment-password", "password_file") from None
    except pikepdf.PdfError as error:
        if "encryption" in str(error):  # pikepdf has no type for this
            raise unusable("attachment-encrypted/certificate") from None
        raise
    if pdf.is_encrypted and not password:
        if not pdf.user_password_matched:  # qpdf has opened it as its owner, who has no password; viewers do not
            raise unusable("attachment-encrypted")
        notes.add(RESTRICTED_RULE)
    return pdf


def note_repairs(pdf: pikepdf.Pdf, notes: Notes) -> None:
    """Add a note if qpdf has repaired the PDF, all of whose objects were read. Raises UnusableError for double keys."""
    warnings = [str(each) for each in pdf.get_warnings()]
    reject_double_keys(warnings)
    if warnings:
        notes.add(REPAIRED_RULE)


def _check_pages(pdf: pikepdf.Pdf, limit: int) -> None:
    count = 0
    for _ in _leaves(pdf.Root.get("/Pages"), _DEEPEST):
        count += 1
        if count > limit:
            break
    if 0 < count <= limit and count == len(pdf.pages):
        return
    raise unusable("attachment-pages/more" if count > limit else "attachment-pages/pdf", count=count, limit=limit)


def _leaves(node: Any, depth: int) -> Iterator[Any]:
    """Yield the pages below a node of the page tree. The page counts in the tree are not trusted."""
    kids = node.get("/Kids") if isinstance(node, pikepdf.Dictionary) else None
    if not isinstance(kids, pikepdf.Array):
        yield node
    elif depth:
        for kid in kids:
            yield from _leaves(kid, depth - 1)


def _reject_own(pdf: pikepdf.Pdf) -> None:
    if str(pdf.docinfo.get("/Producer", "")).startswith(_OWN):
        raise unusable("attachment-own")


def _reject_unsigned(pdf: pikepdf.Pdf) -> None:
    """Raise UnusableError for a document of this program as it was written: nobody has signed it, even on a screen.

    Another program, which adds a picture, a note or strokes of a pen, also names itself.
    """
    is_as_written = str(pdf.docinfo.get("/Author", "")) == _OWN and "/Producer" not in pdf.docinfo
    if is_as_written and not any(page.images or "/Annots" in page for page in pdf.pages):
        raise unusable("attachment-own/unsigned")


def _reject_portfolio(pdf: pikepdf.Pdf) -> None:
    if "/Collection" in pdf.Root:
        raise unusable("attachment-portfolio")


def _reject_active(remaining: Iterable[Any]) -> None:
    notes = Notes()
    note_active_content(remaining, notes)
    if ACTIVE_RULE in notes:
        raise unusable("attachment-active")


def _strip_pictures(pdf: pikepdf.Pdf) -> None:
    """Remove the data about camera and location from JPEG pictures."""
    for each in pdf.objects:
        if isinstance(each, pikepdf.Stream) and (found := jpeg_in(pdf, each)) is not None:
            content, parameters = found
            each.write(plain_jpeg(content), filter=pikepdf.Name.DCTDecode, decode_parms=parameters)
