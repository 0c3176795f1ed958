"""Sizes of pictures as their coded data says them: a PDF says the size once more, and readers use one or the other."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

import pikepdf
from PIL import Image

from pipeline.attachments.jpeg import sizes_of

#: Filters whose output is a picture. qpdf does not decode them.
DCT, JPX, JBIG2, FAX = {"/DCTDecode", "/DCT"}, {"/JPXDecode"}, {"/JBIG2Decode"}, {"/CCITTFaxDecode", "/CCF"}
OF_PICTURES = DCT | JPX | JBIG2 | FAX

Size = tuple[int, int]

#: The start of a code stream of JPEG 2000; the size of its area, and where the picture begins in it.
_CODE_STREAM = re.compile(rb"\xff\x4f\xff\x51.{4}(.{16})", re.DOTALL)
_FAX_COLUMNS = 1728
#: Of a segment of JBIG2: number, flags and the number of segments that it refers to.
_SEGMENT = struct.Struct(">IBB")
_LONG_COUNT = 7
_PAGE, _REGIONS = 48, frozenset({4, 6, 7, 20, 22, 23, 36, 38, 39, 40, 42, 43})
_UNKNOWN = 0xFFFFFFFF


class CodedSizes(NamedTuple):
    """The sizes of the whole picture (a height of 0 is not known), and of its parts."""

    whole: list[Size]
    parts: list[Size]

    def fit(self, width: int, height: int) -> bool:
        """Return True if the picture has the size that the PDF says."""
        return all(across == width and down in {0, height} for across, down in self.whole)


def coded_sizes(codec: str, content: bytes, parameters: Any) -> CodedSizes:
    """Return the sizes in the data of a picture. Raises an error of a library if there is none."""
    if codec in DCT:
        return CodedSizes(sizes_of(content), [])
    if codec in JPX:
        return CodedSizes(list(_of_jpeg_2000(content)), [])
    known = parameters if isinstance(parameters, pikepdf.Dictionary) else pikepdf.Dictionary()
    if codec in FAX:
        return CodedSizes([(int(known.get("/Columns", _FAX_COLUMNS)), int(known.get("/Rows", 0)))], [])
    shared = known.get("/JBIG2Globals")
    return _of_jbig2((shared.read_bytes() if isinstance(shared, pikepdf.Stream) else b"") + content)


def _of_jpeg_2000(content: bytes) -> Iterator[Size]:
    with Image.open(io.BytesIO(content), formats=["JPEG2000"]) as picture:
        yield picture.size
    for found in _CODE_STREAM.finditer(content):
        right, bottom, left, top = struct.unpack(">4I", found[1])
        yield right - left, bottom - top


def _of_jbig2(content: bytes) -> CodedSizes:
    sizes = CodedSizes([], [])
    for kind, data in _segments(content):
        if kind == _PAGE or kind in _REGIONS:
            width, height = struct.unpack_from(">2I", data)
            if kind == _PAGE:
                sizes.whole.append((width, 0 if height == _UNKNOWN else height))
            else:
                sizes.parts.append((width, height))
    return sizes


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the type and the data of each segment of JBIG2."""
    place = 0
    while place + _SEGMENT.size <= len(content):
        number, flags, references = _SEGMENT.unpack_from(content, place)
        count = references >> 5
        place += _SEGMENT.size
        if count == _LONG_COUNT:
            count = int.from_bytes(content[place - 1 : place + 3]) & 0x1FFFFFFF
            place += 3 + (count + 8) // 8
        place += count * (1 if number <= 256 else 2 if number <= 65536 else 4)  # noqa: PLR2004 - as the format says
        place += 4 if flags & 0x40 else 1
        length = int.from_bytes(content[place : place + 4])
        place += 4
        yield flags & 0x3F, content[place : place + length]
        if length == _UNKNOWN:
            return
        place += length
