"""ZIP archives, which Word files and workbooks are: checked before they are unpacked, and packed without a date."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.errors import Problem

#: Errors that reading a damaged archive raises.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError)

_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
#: The limit of the ratio applies to larger entries only.
_RATIO_FROM_BYTES = 1_000_000
#: Of what is compressed already; and the level that takes a third of the time, and a tenth more bytes.
_COMPRESSED = (".png", ".jpg", ".jpeg")
_LEVEL = 1
#: The date of every entry: the earliest of the format. The date of the run would change the bytes.
_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """The most entries of an archive, the most bytes that they unpack to, and how many times their packed size."""

    entries: int
    total_bytes: int
    xml_bytes: int
    part_bytes: int
    ratio: int


#: Makes a problem of a message and the name of the entry; the name is None if the whole archive is the problem.
Report = Callable[[str, str | None], Problem]


def check_archive(archive: zipfile.ZipFile, limits: ArchiveLimits, report: Report) -> Iterator[Problem]:
    """Yield the reasons not to unpack an archive. The claimed sizes suffice: zipfile unpacks no more than those."""
    entries = _files(archive)
    if len(entries) > limits.entries:
        yield report(f"the archive has more than {limits.entries} entries", None)
        return
    if sum(entry.file_size for entry in entries) > limits.total_bytes:
        yield report(f"unpacked, it has more than {limits.total_bytes:,} bytes", None)
    seen: set[str] = set()
    for entry in entries:
        for message in (*_unsafe(entry), *_too_large(entry, limits)):
            yield report(message, entry.filename)
        if entry.filename.lower() in seen:
            yield report("the archive has this entry twice", entry.filename)
        seen.add(entry.filename.lower())


def read_parts(content: bytes) -> dict[str, bytes]:
    """Return every file of an archive that was checked before, or made here. Raise BadZipFile if it is damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {entry.filename: archive.read(entry) for entry in _files(archive)}
    except BROKEN as error:
        raise zipfile.BadZipFile(str(error)) from None


def pack(parts: Mapping[str, bytes]) -> bytes:
    """Return an archive of ``parts``, the same bytes for the same parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            how = zipfile.ZIP_STORED if name.lower().endswith(_COMPRESSED) else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, _TIME), content, how, _LEVEL)
    return out.getvalue()


def declares_doctype(xml: bytes) -> bool:
    """Return whether an XML part may have a document type, which is what defines entities and names other files."""
    return b"<!DOCTYPE" in xml.replace(b"\0", b"")  # without NUL, the letters of UTF-16 are those of ASCII


def _files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    # Not is_dir(), which fails on an empty name.
    return [entry for entry in archive.infolist() if not entry.filename.endswith("/")]


def _unsafe(entry: zipfile.ZipInfo) -> Iterator[str]:
    # The name as the archive has it: zipfile cuts it at a NUL and turns backslashes into slashes.
    name = entry.orig_filename
    climbs = ".." in re.split(r"[/\\]", name)
    if climbs or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name) or "\\" in name or "\0" in name:
        yield "the name of this entry leads out of the archive"
    elif not name:
        yield "this entry has no name"
    if entry.flag_bits & _ENCRYPTED:
        yield "this entry is encrypted"
    elif entry.compress_type not in _PACKED:
        yield "this entry is packed in a way that Office programs do not use"


def _too_large(entry: zipfile.ZipInfo, limits: ArchiveLimits) -> Iterator[str]:
    is_xml = entry.orig_filename.lower().endswith((".xml", ".rels"))
    limit = limits.xml_bytes if is_xml else limits.part_bytes
    if entry.file_size > limit:
        yield f"this entry has more than {limit:,} bytes when it is unpacked"
    elif entry.file_size > _RATIO_FROM_BYTES and entry.file_size > limits.ratio * entry.compress_size:
        yield f"this entry grows to more than {limits.ratio} times its size when it is unpacked"
