"""Taking out of a PDF what differs between two runs: times and counters."""

from __future__ import annotations

import io
import re

import pikepdf

from pipeline.formats.pdf.reading import page_count

#: Where an ICC profile has the time at which it was made, and what is put there: 2000-01-01 00:00:00.
_PROFILE_TIME = slice(24, 36)
_FIXED_TIME = b"\x07\xd0\x00\x01\x00\x01" + bytes(6)


class UnreadableError(Exception):
    """Why the bytes are no PDF to be trusted."""


def repeatable(pdf: bytes, language: str | None = None) -> bytes:
    """``pdf`` without times and counters, in ``language`` if given.

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
    except (pikepdf.PdfError, KeyError, TypeError, ValueError) as error:
        raise UnreadableError(type(error).__name__) from None
    written = out.getvalue()
    if not pages or page_count(written) != pages:
        raise UnreadableError("no pages" if not pages else "two parsers count different pages")
    return written


def _fix(pdf: pikepdf.Pdf) -> None:
    """Drop dates, checksum and identifier, and set the time of the colour profile.

    The dates go from both places, where PDF/A wants them to agree; saving makes a new identifier from the content.
    """
    for key in ("/CreationDate", "/ModDate"):
        if key in pdf.docinfo:
            del pdf.docinfo[key]
    for key in ("/DocChecksum", "/ID"):
        if key in pdf.trailer:
            del pdf.trailer[key]
    if "/Metadata" in pdf.Root:
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            for key in ("xmp:CreateDate", "xmp:ModifyDate", "xmp:MetadataDate"):
                if key in metadata:
                    del metadata[key]
    for intent in pdf.Root.get("/OutputIntents", []):
        profile = bytearray(intent.DestOutputProfile.read_bytes())
        profile[_PROFILE_TIME] = _FIXED_TIME
        intent.DestOutputProfile.write(bytes(profile))
    for font in _type1_fonts(pdf):
        font.write(without_number(font.read_bytes(), int(font.Length1), int(font.Length2)))


def _type1_fonts(pdf: pikepdf.Pdf) -> list[pikepdf.Stream]:
    """Embedded fonts in PostScript."""
    return [thing for thing in pdf.objects if isinstance(thing, pikepdf.Stream) and "/Length2" in thing]


_NUMBER = re.compile(rb"/UniqueID [0-9]+ def")


_KEY, _FACTOR, _SUMMAND = 55665, 52845, 22719


def without_number(font: bytes, readable: int, enciphered: int) -> bytes:
    """``font`` with spaces for its number, so that no length changes; the lengths of its first two parts are given."""
    end = readable + enciphered
    return _blanked(font[:readable]) + _encipher(_blanked(_decipher(font[readable:end]))) + font[end:]


def _blanked(part: bytes) -> bytes:
    return _NUMBER.sub(lambda found: b" " * len(found[0]), part, count=1)


def _decipher(part: bytes) -> bytes:
    key, plain = _KEY, bytearray()
    for byte in part:
        plain.append(byte ^ (key >> 8))
        key = ((byte + key) * _FACTOR + _SUMMAND) & 0xFFFF
    return bytes(plain)


def _encipher(part: bytes) -> bytes:
    key, cipher = _KEY, bytearray()
    for byte in part:
        hidden = byte ^ (key >> 8)
        cipher.append(hidden)
        key = ((hidden + key) * _FACTOR + _SUMMAND) & 0xFFFF
    return bytes(cipher)
