"""Removes data that a picture does not need from a JPEG file: camera, location, thumbnail. Nothing is re-encoded."""

from __future__ import annotations

import re
from collections.abc import Iterator

_END, _SCAN = 0xD9, 0xDA
_COMMENT = 0xFE
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
#: The frames that PDF knows, with their bits for each colour.
_OF_PDF = frozenset({(0xC0, 8), (0xC1, 8), (0xC2, 8)})
#: Application data that is needed to read the pixels: density, colour profile, colour transform of Adobe.
_NEEDED = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_MARKER = re.compile(rb"\xff+[^\xff\x00]")
#: The next marker after the entropy-coded data of a scan; stuffing and restart markers belong to the scan.
_AFTER_SCAN = re.compile(rb"\xff[^\xff\x00\xd0-\xd7]")


class BrokenJpegError(ValueError):
    """The file ends before its picture, or it is not a JPEG."""


def plain_jpeg(content: bytes) -> bytes:
    """Return the picture only, up to its end. Raises BrokenJpegError."""
    needed = [segment for marker, segment in _segments(content) if _is_needed(marker, segment)]
    return b"".join([b"\xff\xd8", *needed, b"\xff\xd9"])


def has_coding_of_pdf(content: bytes) -> bool:
    """Return True if PDF knows the coding: sequential or progressive, not arithmetic. Raises BrokenJpegError."""
    frames = [(marker, segment[4]) for marker, segment in _segments(content) if marker in _FRAMES]
    return len(frames) == 1 and frames[0] in _OF_PDF


def sizes_of(content: bytes) -> list[tuple[int, int]]:
    """Return width and height in pixels from each header of a picture. Raises BrokenJpegError if there is none."""
    frames = [segment for marker, segment in _segments(content) if marker in _FRAMES]
    if not frames:
        raise BrokenJpegError
    return [(int.from_bytes(frame[7:9]), int.from_bytes(frame[5:7])) for frame in frames]


def _is_needed(marker: int, segment: bytes) -> bool:
    if 0xE0 <= marker <= 0xEF:  # noqa: PLR2004 - APP0 to APP15
        name = _NEEDED.get(marker)
        return name is not None and segment[4:].startswith(name)
    return marker != _COMMENT


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each segment after the start, with its marker. The segment of a scan includes its data."""
    if content[:2] != b"\xff\xd8":
        raise BrokenJpegError
    place = 2
    while True:
        found = _MARKER.match(content, place)
        if found is None:
            raise BrokenJpegError
        start, marker = found.end() - 2, content[found.end() - 1]
        if marker == _END:
            return
        end = start + 2 + int.from_bytes(content[start + 2 : start + 4])
        if marker == _SCAN:
            after = _AFTER_SCAN.search(content, end)
            if after is None:
                raise BrokenJpegError
            end = after.start()
        if end > len(content) or end < start + 4:
            raise BrokenJpegError
        yield marker, content[start:end]
        place = end
