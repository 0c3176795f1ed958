"""The lines of the text layer of a PDF, with their places. It runs in the limited process."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pypdfium2

from pipeline.attachments.messages import ReadLine, ScanAnswer
from pipeline.attachments.placement import POINTS_PER_INCH

_MM_PER_POINT = 25.4 / POINTS_PER_INCH


def answer_lines(pdf: bytes) -> bytes:
    """Answer a PDF with a ScanAnswer that has its lines."""
    return msgspec.msgpack.encode(ScanAnswer(lines=tuple(_lines_of(pdf))))


def _lines_of(pdf: bytes) -> Iterator[ReadLine]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        for number, page in enumerate(document, 1):
            height, text = page.get_height(), page.get_textpage()
            for index in range(text.count_rects()):
                left, low, right, top = text.get_rect(index)
                words = text.get_text_bounded(left, low, right, top).strip()
                sides = (left, height - top, right, height - low)
                if words:
                    yield ReadLine(words, number, in_millimetres(*sides))
    finally:
        document.close()


def in_millimetres(left: float, top: float, right: float, low: float) -> tuple[float, float, float, float]:
    """Return a box in points from the upper left corner of a page in millimetres."""
    left, top, right, low = (round(place * _MM_PER_POINT, 1) for place in (left, top, right, low))
    return left, top, right, low
