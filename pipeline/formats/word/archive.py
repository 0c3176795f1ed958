"""The ZIP archive of a Word file: unpacked only when it cannot exhaust the machine or reach out of itself."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from pipeline.errors import Problem
from pipeline.formats.word.refusals import RefusedDocxError, refused, unusable

#: Limits of the archive. The shipped templates have 8 entries and 110 kB; a letter with a logo has 30 and 5 MB.
MAX_BYTES = 20_000_000
MAX_ENTRIES = 400
MAX_XML_BYTES = 5_000_000
MAX_PART_BYTES = 20_000_000
MAX_TOTAL_BYTES = 40_000_000
#: Above this size an entry may be unpacked to at most so many times its packed size. XML of Word reaches about 40.
RATIO_FROM_BYTES = 1_000_000
MAX_RATIO = 150

_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError)

#: First bytes of what people name .docx.
_DISGUISES = (
    (b"\xd0\xcf\x11\xe0", "an old .doc file, or a Word file with a password", "save it in Word as .docx without one"),
    (b"{\\rtf", "an .rtf file", "open it in Word and save it as .docx"),
    (b"%PDF", "a PDF", "the template must be a Word file"),
    (b"<", "an HTML or XML file", "open it in Word and save it as .docx"),
)


def unpacked(content: bytes) -> dict[str, bytes]:
    """Every entry of the archive. The sizes that it claims are checked first; zipfile unpacks no more than those."""
    if len(content) > MAX_BYTES:
        raise RefusedDocxError([unusable(f"the file is larger than {MAX_BYTES:,} bytes", "make its pictures smaller")])
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # Not is_dir(), which fails on an empty name.
            entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
            problems = list(_entries(entries))
            if problems:
                raise RefusedDocxError(problems)
            return {entry.filename: archive.read(entry) for entry in entries}
    except _BROKEN:
        raise RefusedDocxError([_no_archive(content)]) from None


def _no_archive(content: bytes) -> Problem:
    if not content:
        return unusable("the file is empty")
    if content.startswith(b"PK"):
        return unusable("the file is damaged or was cut off: its ZIP archive cannot be read")
    for start, kind, hint in _DISGUISES:
        if content.lstrip().startswith(start):
            return unusable(f"the file is {kind}, not a Word document", hint)
    return unusable("the file is not a Word document: it is no ZIP archive")


def _entries(entries: list[zipfile.ZipInfo]) -> Iterator[Problem]:
    if len(entries) > MAX_ENTRIES:
        yield refused("template-archive", f"the archive has more than {MAX_ENTRIES} entries")
        return
    if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        yield Problem(
            "template-archive", "error", f"unpacked, it has more than {MAX_TOTAL_BYTES:,} bytes", "make it smaller"
        )
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        for message in _wrong_entry(entry):
            yield refused("template-archive", message, name)
        if name.lower() in seen:
            yield refused("template-archive", "the archive has this entry twice", name)
        seen.add(name.lower())


def _wrong_entry(entry: zipfile.ZipInfo) -> Iterator[str]:
    # The name as the archive has it: zipfile cuts it at a NUL and turns other signs into slashes.
    name = entry.orig_filename
    climbs = ".." in re.split(r"[/\\]", name)
    if climbs or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name) or "\\" in name or "\0" in name:
        yield "the name of this entry leads out of the archive"
    elif not name:
        yield "this entry has no name"
    if entry.flag_bits & _ENCRYPTED:
        yield "this entry is encrypted"
    elif entry.compress_type not in _PACKED:
        yield "this entry is packed in a way that Word does not use"
    limit = MAX_XML_BYTES if name.lower().endswith((".xml", ".rels")) else MAX_PART_BYTES
    if entry.file_size > limit:
        yield f"this entry has more than {limit:,} bytes when it is unpacked"
    elif entry.file_size > RATIO_FROM_BYTES and entry.file_size > MAX_RATIO * entry.compress_size:
        yield f"this entry grows to more than {MAX_RATIO} times its size when it is unpacked"
