"""PDFs: opened, measured, cleaned, laid out on A4, and looked at by a second reader."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

import pikepdf

from pipeline.attachments.a4_pages import lay_out, shown_size
from pipeline.attachments.active_content import ACTIVE_RULE, dictionaries, find_active, strip
from pipeline.attachments.decompression import check_streams, limit_decoder
from pipeline.attachments.downsample import make_coarser
from pipeline.attachments.flatten import flattened
from pipeline.attachments.jpeg import BrokenJpegError, plain_jpeg
from pipeline.attachments.layers import refuse_hidden_layers
from pipeline.attachments.missing_fonts import FONT_RULE, lacks_a_font
from pipeline.attachments.notes import Clean, Notes
from pipeline.attachments.reading_limits import Limits
from pipeline.attachments.second_reader import judge
from pipeline.errors import UnusableError

REPAIRED_RULE, RESTRICTED_RULE = "FIL-04", "FIL-07"
_DEEPEST = 50
_OWN = "visa-packet"


def read_pdf(content: bytes, password: str | None, wanted: Mapping[str, Any], limits: Limits) -> Clean:
    """A clean copy of the PDF. Raises UnusableError, or anything when the file is broken."""
    # A repaired PDF whose end is missing would open without complaint, with fewer pages than the paper has.
    if b"%%EOF" not in content.rstrip(b"\0\t\n\r ")[-1024:]:
        raise UnusableError("attachment-damaged", "the end of the PDF is missing", "copy, download or scan it again")
    limit_decoder(limits)
    notes = Notes()
    with opened(content, password, notes) as pdf:
        _check_pages(pdf, limits)
        check_streams(pdf, limits)
        refuse_hidden_layers(pdf)
        _refuse_own(pdf)
        find_active(dictionaries(pdf), notes)
        if pdf.get_warnings():
            notes.add(REPAIRED_RULE)
        sizes = [shown_size(page) for page in pdf.pages]
        new, places = lay_out(flattened(pdf, notes), notes)
    with new:
        strip(new)
        left = list(dictionaries(new))
        _refuse_active(left)
        if lacks_a_font(left):
            notes.add(FONT_RULE)
        _strip_pictures(new)
        if wanted["shrink"] is not None:
            make_coarser(new, wanted["dpi"], wanted["shrink"])
        out = io.BytesIO()
        new.save(out, deterministic_id=True)
    judge(content, password, out.getvalue(), sizes, places)
    return Clean(out.getvalue(), len(sizes), notes.told)


def opened(content: bytes, password: str | None, notes: Notes) -> pikepdf.Pdf:
    """The PDF. Raises UnusableError when it is protected."""
    try:
        pdf = pikepdf.open(io.BytesIO(content), password=password or "")
    except pikepdf.PasswordError:
        if password is None:
            raise UnusableError(
                "attachment-encrypted",
                "the PDF is protected with a password",
                "ask for an unprotected copy, or name a file with the password in the field password_file",
            ) from None
        message = "the PDF does not open with the password of this file"
        raise UnusableError("attachment-password", message, "correct the password", "password_file") from None
    except pikepdf.PdfError as error:
        if "encryption" in str(error):
            raise UnusableError(
                "attachment-encrypted",
                "the PDF is encrypted for the holder of a certificate, or in an unknown way",
                "ask for an unprotected copy",
            ) from None
        raise
    if pdf.is_encrypted and pdf.user_password_matched and not password:
        notes.add(RESTRICTED_RULE)
    return pdf


def _check_pages(pdf: pikepdf.Pdf, limits: Limits) -> None:
    count = 0
    for _ in _leaves(pdf.Root.get("/Pages"), _DEEPEST):
        count += 1
        if count > limits.pages:
            break
    if 0 < count <= limits.pages and count == len(pdf.pages):
        return
    shown = f"more than {limits.pages}" if count > limits.pages else f"{count}"
    message = f"the PDF has {shown} pages; 1 to {limits.pages} can be used"
    raise UnusableError("attachment-pages", message, "give the pages that belong to the paper")


def _leaves(node: Any, depth: int) -> Iterator[Any]:
    """The pages below a node of the tree, without trusting the numbers in it."""
    kids = node.get("/Kids") if isinstance(node, pikepdf.Dictionary) else None
    if not isinstance(kids, pikepdf.Array):
        yield node
    elif depth:
        for kid in kids:
            yield from _leaves(kid, depth - 1)


def _refuse_own(pdf: pikepdf.Pdf) -> None:
    if str(pdf.docinfo.get("/Producer", "")).startswith(_OWN):
        message = "this is a bundle that visa-packet made"
        raise UnusableError("attachment-own", message, "attach the paper itself")


def _refuse_active(found: list[Any]) -> None:
    notes = Notes()
    find_active(found, notes)
    if ACTIVE_RULE in notes.told:
        message = "something in the drawing of its pages acts by itself, and cannot be taken out"
        raise UnusableError("attachment-active", message, "print it to PDF, or scan it")


def _strip_pictures(pdf: pikepdf.Pdf) -> None:
    """Take out of the JPEG pictures what a camera wrote about itself and the place."""
    for each in pdf.objects:
        if isinstance(each, pikepdf.Stream) and _is_jpeg(each):
            try:
                parameters: Any = each.get("/DecodeParms")
                each.write(plain_jpeg(each.read_raw_bytes()), filter=pikepdf.Name.DCTDecode, decode_parms=parameters)
            except BrokenJpegError:
                message = "a picture in the PDF is damaged"
                raise UnusableError("attachment-damaged", message, "print it to PDF again, or scan it") from None


def _is_jpeg(stream: pikepdf.Stream) -> bool:
    names = stream.get("/Filter")
    return names == "/DCTDecode" or (isinstance(names, pikepdf.Array) and [str(n) for n in names] == ["/DCTDecode"])
