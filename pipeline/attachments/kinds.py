"""The kinds of files that an attachment can be: its name and its first bytes must agree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from pipeline.attachments.unusable import ROOM, unusable
from pipeline.formats.messages import words

#: Kind -> the suffixes of its files, and a test of the content.
ACCEPTED: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    "PDF": (".pdf", lambda content: b"%PDF-" in content[:1024]),
    "JPEG": (".jpg .jpeg", lambda content: content.startswith(b"\xff\xd8\xff")),
    "PNG": (".png", lambda content: content.startswith(b"\x89PNG\r\n\x1a\n")),
    "TIFF": (".tif .tiff", lambda content: content[:4] in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}),
    "WebP": (".webp", lambda content: content[:4] == b"RIFF" and content[8:12] == b"WEBP"),
}

#: The default of telephones. One decoder contains GPL code, the other is unmaintained and has known vulnerabilities.
_HEIF_SUFFIXES = (".heic", ".heif")
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def kind_of(path: str, content: bytes) -> str:
    """Return the kind of a file. Raises UnusableError unless its name and its content agree."""
    suffix = PurePosixPath(path).suffix.lower()
    kind = next((kind for kind, (suffixes, _) in ACCEPTED.items() if suffix in suffixes.split()), None)
    if suffix in _HEIF_SUFFIXES or (kind is not None and _is_heif(content)):
        raise unusable("attachment-kind/heic")
    if kind is None:
        raise unusable("attachment-kind", accepted=", ".join(ACCEPTED))
    if not ACCEPTED[kind][1](content):
        other = words("kinds", "something else", room=ROOM)
        seen = next((name for name, (_, matches) in ACCEPTED.items() if matches(content)), other)
        raise unusable("attachment-kind/content", kind=kind, seen=seen)
    return kind


def _is_heif(content: bytes) -> bool:
    return content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS
