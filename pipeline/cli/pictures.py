"""Pictures of pages, drawn in the process with limits."""

from __future__ import annotations

import msgspec

from pipeline.cli.picture_task import PictureRequest
from pipeline.system.limited_client import LIMITED
from pipeline.system.limited_process import ProcessLimits

_FUNCTION = "pipeline.cli.picture_task:answer_picture"


def draw_page(pdf: bytes, page: int, width: int, box_mm: tuple[float, ...] = ()) -> bytes:
    """Return a page (from 0) as PNG, or a part of it. Raises CallFailedError."""
    return LIMITED.call(_FUNCTION, msgspec.msgpack.encode(PictureRequest(pdf, page, width, box_mm)), ProcessLimits())
