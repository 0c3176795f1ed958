"""The ZIP archive of an untrusted Word file: unpacked only within limits. Other kinds of file are recognised."""

from __future__ import annotations

import io
import zipfile

from pipeline.errors import Problem
from pipeline.formats.word.rejections import WordFileError, rejection, unusable_file
from pipeline.formats.zip_archive import BROKEN, ArchiveLimits, check_archive, read_parts

#: The shipped templates have 8 entries and 110 kB; a letter with a logo has 30 and 5 MB. XML of Word is packed to a
#: fortieth of its size at most.
MAX_BYTES = 20_000_000
LIMITS = ArchiveLimits(entries=400, total_bytes=40_000_000, xml_bytes=5_000_000, part_bytes=20_000_000, ratio=150)

#: First bytes of other files that people name .docx.
_DISGUISES = (
    (b"\xd0\xcf\x11\xe0", "an old .doc file, or a Word file with a password", "save it in Word as .docx without one"),
    (b"{\\rtf", "an .rtf file", "open it in Word and save it as .docx"),
    (b"%PDF", "a PDF", "the template must be a Word file"),
    (b"<", "an HTML or XML file", "open it in Word and save it as .docx"),
)


def unpack(content: bytes) -> dict[str, bytes]:
    """Return every part of a Word file. Raise WordFileError with all that is wrong with its archive."""
    if len(content) > MAX_BYTES:
        raise WordFileError(
            [unusable_file(f"the file is larger than {MAX_BYTES:,} bytes", "make its pictures smaller")]
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            problems = list(check_archive(archive, LIMITS, _problem))
        if not problems:
            return read_parts(content)
    except BROKEN:
        raise WordFileError([_no_archive(content)]) from None
    raise WordFileError(problems)


def _problem(message: str, name: str | None) -> Problem:
    return rejection("template-archive", message, name)


def _no_archive(content: bytes) -> Problem:
    if not content:
        return unusable_file("the file is empty")
    if content.startswith(b"PK"):
        return unusable_file("the file is damaged or was cut off: its ZIP archive cannot be read")
    for start, kind, hint in _DISGUISES:
        if content.lstrip().startswith(start):
            return unusable_file(f"the file is {kind}, not a Word document", hint)
    return unusable_file("the file is not a Word document: it is not a ZIP archive")
