"""Removes data that a picture does not need from a PNG file: texts, times, camera, location, data after its end."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.errors import UnusableError

_NEEDED = frozenset({b"IHDR", b"PLTE", b"IDAT", b"iCCP", b"IEND"})
_HINT = "open it in a program for pictures, export it as PNG again, and look at the new file"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def plain_png(content: bytes) -> bytes:
    """Return the picture only. It must not be transparent.

    Raises UnusableError if its end is missing, or if it has something twice, of which readers use one or the other.
    """
    needed = [(kind, chunk) for kind, chunk in _chunks(content) if kind in _NEEDED]
    single = [kind for kind, _ in needed if kind != b"IDAT"]
    if len(single) != len(set(single)):
        message = "the picture has two palettes, profiles or headers, and viewers use one or the other"
        raise UnusableError("attachment-damaged", message, _HINT)
    return b"".join([_SIGNATURE, *(chunk for _, chunk in needed)])


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place, kind = len(_SIGNATURE), b""
    while kind != b"IEND":
        end = place + int.from_bytes(content[place : place + 4]) + 12
        if end > len(content):
            raise UnusableError("attachment-damaged", "the end of the picture is missing", _HINT)
        kind = content[place + 4 : place + 8]
        yield kind, content[place:end]
        place = end
