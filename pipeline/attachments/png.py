"""Removes data that a picture does not need from a PNG file: texts, times, camera, location, data after its end."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.attachments.unusable import unusable

_NEEDED = frozenset({b"IHDR", b"PLTE", b"IDAT", b"iCCP", b"IEND"})
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def plain_png(content: bytes) -> bytes:
    """Return the picture only. It must not be transparent.

    Raises UnusableError if its end is missing, or if it has something twice, of which readers use one or the other.
    """
    needed = [(kind, chunk) for kind, chunk in _chunks(content) if kind in _NEEDED]
    single = [kind for kind, _ in needed if kind != b"IDAT"]
    if len(single) != len(set(single)):
        raise unusable("attachment-damaged/png-twice")
    return b"".join([_SIGNATURE, *(chunk for _, chunk in needed)])


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place, kind = len(_SIGNATURE), b""
    while kind != b"IEND":
        end = place + int.from_bytes(content[place : place + 4]) + 12
        if end > len(content):
            raise unusable("attachment-damaged/png-end")
        kind = content[place + 4 : place + 8]
        yield kind, content[place:end]
        place = end
