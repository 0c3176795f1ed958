"""PNG files without what the picture does not need: texts, times, camera and place, and what lies behind the end."""

from __future__ import annotations

from collections.abc import Iterator

_NEEDED = frozenset({b"IHDR", b"PLTE", b"IDAT", b"iCCP", b"IEND"})
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def plain_png(content: bytes) -> bytes:
    """The picture alone, for one that is not transparent. Raises ValueError when it has no end."""
    return b"".join([_SIGNATURE, *(chunk for kind, chunk in _chunks(content) if kind in _NEEDED)])


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place, kind = len(_SIGNATURE), b""
    while kind != b"IEND":
        end = place + int.from_bytes(content[place : place + 4]) + 12
        if end > len(content):
            raise ValueError("the end of the picture is missing")
        kind = content[place + 4 : place + 8]
        yield kind, content[place:end]
        place = end
