"""Reads lines of text from pictures of pages, with the models that rapidocr contains (extra ``read``).

It runs only in a limited process of its own: the engine needs more memory than the reader of papers may have.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import pypdfium2

from pipeline.attachments.messages import ReadLine
from pipeline.attachments.text_lines import in_millimetres

#: A passport is on the first page, the holder of a household register on one of the first.
_MOST_PAGES = 6
#: The longer side of a page in pixels: the characters of a zone are then 14 to 18 pixels wide.
_PIXELS = 1900
#: One thread: the same picture gives the same text, and a fork has no other thread.
_PARAMETERS = {
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "Global.log_level": "critical",
}


@cache
def load_engine() -> Any:
    """Return the engine. Its models are loaded once, and shared with the forks."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
    import cv2  # noqa: PLC0415 - an extra, which takes a second to load
    from rapidocr import RapidOCR  # noqa: PLC0415 - as above

    cv2.setNumThreads(0)
    return RapidOCR(params=_PARAMETERS)


def read_pages(pdf: bytes, is_enough: Callable[[Sequence[ReadLine]], bool]) -> Iterator[list[ReadLine]]:
    """Yield the lines of each of the first pages of a PDF.

    A page of which they are not enough is turned and read again; if that gives no more, its first lines count.
    """
    document = pypdfium2.PdfDocument(pdf)
    try:
        for number in range(1, min(len(document), _MOST_PAGES) + 1):
            page = document[number - 1]
            scale = _PIXELS / max(page.get_size())
            pixels = page.render(scale=scale).to_numpy()
            upright = _read(pixels, 0, number, scale)
            yield (
                upright
                if is_enough(upright)
                else next(
                    (
                        lines
                        for turns in _turns_to_try(upright)
                        if is_enough(lines := _read(pixels, turns, number, scale))
                    ),
                    upright,
                )
            )
    finally:
        document.close()


def _turns_to_try(lines: Sequence[ReadLine]) -> tuple[int, ...]:
    """Return the turns by 90 degrees that may make lines readable: a page that lies on its side has high lines."""
    if not lines:
        return ()
    high = sum(low - top > right - left for left, top, right, low in (line.box_mm for line in lines))
    return (1, 3) if high > len(lines) / 2 else (2,)


def _read(pixels: Any, turns: int, page: int, scale: float) -> list[ReadLine]:
    """Return the lines of a page that is turned counterclockwise, with their places on the page as it is."""
    import numpy as np  # noqa: PLC0415 - comes with the extra

    found = load_engine()(np.ascontiguousarray(np.rot90(pixels, turns)))
    if found.txts is None:
        return []
    height, width = pixels.shape[:2]
    return [
        ReadLine(text, page, _box([_turned_back(corner, turns, width, height) for corner in corners], scale), score)
        for corners, text, score in zip(found.boxes, found.txts, map(float, found.scores), strict=True)
    ]


def _turned_back(corner: Sequence[float], turns: int, width: int, height: int) -> tuple[float, float]:
    """Return the place on a page of that size of a point on the turned page."""
    across, down = (float(length) for length in corner)
    return ((across, down), (width - down, across), (width - across, height - down), (down, height - across))[turns]


def _box(corners: Sequence[tuple[float, float]], scale: float) -> tuple[float, float, float, float]:
    """Return the box around corners in pixels, in millimetres."""
    across, down = ([corner[axis] / scale for corner in corners] for axis in (0, 1))
    return in_millimetres(min(across), min(down), max(across), max(down))
