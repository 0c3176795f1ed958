"""Finding the seal boxes of a bundle, in the limited process."""

from __future__ import annotations

from contextlib import closing

import msgspec
import pypdfium2

from pipeline.attachments.library_limits import limit_libraries
from pipeline.attachments.messages import LIMITS
from pipeline.bundle.seal_boxes import seal_boxes

_MM_A_POINT = 25.4 / 72


class SealPlace(msgspec.Struct, frozen=True):
    """A seal box: its page (from 1) with its size, and the box from the upper left, all in millimetres."""

    page: int
    width: float
    height: float
    left: float
    top: float
    box_width: float
    box_height: float


PLACES = msgspec.msgpack.Decoder(tuple[SealPlace, ...])


def answer_seals(content: bytes) -> bytes:
    """Answer a PDF, in this process, which does nothing else, with its SealPlaces."""
    limit_libraries(LIMITS)
    with closing(pypdfium2.PdfDocument(content)) as document:
        sizes = [page.get_size() for page in document]
    places = []
    for seal in seal_boxes(content):
        (width, height), (left, lower, right, upper) = sizes[seal.page], seal.box
        sides = (width, height, left, height - upper, right - left, upper - lower)
        places.append(SealPlace(seal.page + 1, *(round(side * _MM_A_POINT, 1) for side in sides)))
    return msgspec.msgpack.encode(places)
