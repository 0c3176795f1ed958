"""Removes from a PDF everything that differs between two runs: times, counters and identifiers."""

from __future__ import annotations

import io
import re

import pikepdf
from fontTools.misc import eexec

from pipeline.formats.pdf.reading import page_count

#: Where an ICC profile stores its creation time, and the time that replaces it: 2000-01-01 00:00:00.
_PROFILE_TIME = slice(24, 36)
_FIXED_TIME = b"\x07\xd0\x00\x01\x00\x01" + bytes(6)
#: Entries of the metadata with a time, or derived from one.
_CHANGING = (
    *("xmp:CreateDate", "xmp:ModifyDate", "xmp:MetadataDate"),
    *("xmpMM:DocumentID", "xmpMM:InstanceID", "xmpMM:History"),
)
_UNIQUE_ID = re.compile(rb"/UniqueID [0-9]+ def")
#: The key with which every Type 1 font encrypts its private part.
_TYPE1_KEY = 55665


class UnreadableError(Exception):
    """The bytes are not a PDF that can be trusted; the message says why."""


def make_deterministic(pdf: bytes, language: str | None = None) -> bytes:
    """Return ``pdf`` without times and counters, declared to be in ``language`` if one is given.

    Raises UnreadableError unless two parsers count the same pages.
    """
    try:
        with pikepdf.open(io.BytesIO(pdf), attempt_recovery=False) as opened:
            pages = len(opened.pages)
            _fix(opened)
            if language:
                opened.Root.Lang = pikepdf.String(language)
            out = io.BytesIO()
            opened.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    except (pikepdf.PdfError, KeyError, TypeError, ValueError):
        raise UnreadableError("it is damaged") from None
    written = out.getvalue()
    if not pages or page_count(written) != pages:
        raise UnreadableError("no pages" if not pages else "two parsers count different pages")
    return written


def _fix(pdf: pikepdf.Pdf) -> None:
    """Delete dates, checksum and identifier, and set the time of the colour profile.

    The dates go from the document information and from the metadata, which must agree in PDF/A. Saving writes a new
    identifier, derived from the content.
    """
    for key in ("/CreationDate", "/ModDate"):
        if key in pdf.docinfo:
            del pdf.docinfo[key]
    for key in ("/DocChecksum", "/ID"):
        if key in pdf.trailer:
            del pdf.trailer[key]
    if "/Metadata" in pdf.Root:
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            for key in _CHANGING:
                if key in metadata:
                    del metadata[key]
    for intent in pdf.Root.get("/OutputIntents", []):
        profile = bytearray(intent.DestOutputProfile.read_bytes())
        profile[_PROFILE_TIME] = _FIXED_TIME
        intent.DestOutputProfile.write(bytes(profile))
    for font in _type1_fonts(pdf):
        font.write(blank_unique_id(font.read_bytes(), int(font.Length1), int(font.Length2)))


def _type1_fonts(pdf: pikepdf.Pdf) -> list[pikepdf.Stream]:
    """Return the embedded fonts in PostScript: no other stream has these lengths."""
    return [each for each in pdf.objects if isinstance(each, pikepdf.Stream) and "/Length2" in each]


def blank_unique_id(font: bytes, readable: int, encrypted: int) -> bytes:
    """Return a Type 1 font with spaces in place of its UniqueID, so that no length changes.

    ``readable`` and ``encrypted`` are the lengths of its first two parts.
    """
    end = readable + encrypted
    private, _ = eexec.decrypt(font[readable:end], _TYPE1_KEY)
    encrypted_again, _ = eexec.encrypt(_blank(private), _TYPE1_KEY)
    return _blank(font[:readable]) + bytes(encrypted_again) + font[end:]


def _blank(part: bytes) -> bytes:
    return _UNIQUE_ID.sub(lambda found: b" " * len(found[0]), part, count=1)
