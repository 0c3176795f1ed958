"""Signing a bundle in the fields at its seal boxes (PAdES). Earlier signatures stay valid."""

from __future__ import annotations

import io
import string
from collections.abc import Iterator
from typing import Any

import uharfbuzz
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.font.api import FontEngineFactory
from pyhanko.pdf_utils.font.opentype import GlyphAccumulator
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.stamp import TextStampStyle

from pipeline.errors import InputError, Problem
from pipeline.formats.fonts import JAPANESE_BOLD, font_file
from pipeline.publish.signing.library_logging import silence_library_logging

_STAMP_TEXT = "電子署名\nDigitally signed\n%(signer)s\n%(ts)s"

silence_library_logging("pyhanko")


class _ShippedFont(FontEngineFactory):
    """The characters of a text in the shipped bold face: the library would look through the whole face."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def create_font_engine(self, writer: BasePdfFileWriter, obj_stream: Any = None) -> GlyphAccumulator:
        """Return the face; the writer embeds the glyphs that are used."""
        wanted = uharfbuzz.SubsetInput()
        wanted.sets(uharfbuzz.SubsetInputSets.UNICODE).update(map(ord, self._text))
        face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(font_file(JAPANESE_BOLD.package))))
        font = io.BytesIO(uharfbuzz.subset(face, wanted).blob.data)
        return GlyphAccumulator(writer, font, font_size=9, obj_stream=obj_stream)


def load_signer(p12: bytes, password: str) -> SimpleSigner:
    """Return key and certificates of a PKCS #12 file. Raises InputError if this password does not open it."""
    try:
        signer: SimpleSigner = SimpleSigner.load_pkcs12_data(p12, other_certs=[], passphrase=password.encode())
    except (ValueError, TypeError):  # raised for a wrong password and for a damaged file alike
        message = "the file with key and certificate cannot be opened with this password"
        hint = "give the .p12 or .pfx file of the signer, and its password"
        raise InputError(Problem("sign-key", "error", message, hint)) from None
    return signer


def sign_bundle(bundle: bytes, field: str, signer: SimpleSigner) -> tuple[bytes, list[str]]:
    """Sign ``bundle`` in ``field`` or in each empty field below it. Return the result and the names of the fields.

    ``field`` is a signer, such as ``hospital``, or one field, such as ``hospital.invitation-letter``. Signatures are
    appended: the bytes of ``bundle`` do not change. Raises InputError if no such field is empty.
    """
    names = list(_below(empty_fields(bundle), field))
    if not names:
        raise InputError(_no_field(bundle, field))
    for name in names:
        bundle = _signed(bundle, name, signer)
    return bundle, names


def empty_fields(bundle: bytes) -> list[str]:
    """Return the names of the unsigned fields."""
    reader = PdfFileReader(io.BytesIO(bundle))
    return [name for name, value, _ in enumerate_sig_fields(reader) if value is None]


def _below(names: list[str], field: str) -> Iterator[str]:
    return (name for name in names if name == field or name.startswith(f"{field}."))


def _no_field(bundle: bytes, field: str) -> Problem:
    empty = ", ".join(empty_fields(bundle))
    message = "the bundle has no empty signature field of this name"
    hint = (
        f"empty fields: {empty}" if empty else "build it with --signature-fields; a signed field cannot be signed again"
    )
    return Problem("sign-field", "error", message, hint, field)


def _signed(bundle: bytes, field: str, signer: SimpleSigner) -> bytes:
    metadata = PdfSignatureMetadata(field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    writer = IncrementalPdfFileWriter(io.BytesIO(bundle))
    signing = PdfSigner(metadata, signer, stamp_style=_style(signer))
    signed: io.BytesIO = signing.sign_pdf(writer, existing_fields_only=True)
    return signed.getvalue()


def _style(signer: SimpleSigner) -> TextStampStyle:
    """The appearance of a signed field: text over the character 印, no picture that could pass for a seal."""
    font = _ShippedFont(f"{_STAMP_TEXT}{signer.subject_name}{string.printable}")
    middle, margins = AxisAlignment.ALIGN_MID, Margins(2, 2, 2, 2)
    return TextStampStyle(
        border_width=0,
        background=RawContent(b"1 g 0 0 100 100 re f", box=BoxConstraints(100, 100)),
        background_layout=SimpleBoxLayoutRule(middle, middle, margins=margins),
        background_opacity=1,
        text_box_style=TextBoxStyle(font=font, font_size=9, leading=13),
        stamp_text=_STAMP_TEXT,
        timestamp_format="%Y-%m-%d %H:%M %Z",
    )
