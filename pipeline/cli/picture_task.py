"""Drawing a page of a PDF or a picture as PNG, in the limited process."""

from __future__ import annotations

import io

import msgspec
import pypdfium2
from PIL import Image

from pipeline.attachments.library_limits import limit_libraries
from pipeline.attachments.messages import LIMITS

_COLOURS = 128
_POINTS_A_MM = 72 / 25.4
#: What is shown around a part of a page.
_AROUND_MM = 2.0


class PictureRequest(msgspec.Struct, frozen=True):
    """A page of a PDF (from 0) to draw ``width`` pixels wide, or the part of it in ``box_mm`` from the upper left."""

    pdf: bytes
    page: int
    width: int
    box_mm: tuple[float, ...] = ()


REQUESTS = msgspec.msgpack.Decoder(PictureRequest)


def answer_picture(content: bytes) -> bytes:
    """Answer a PictureRequest in this process, which does nothing else, with a PNG file."""
    request = REQUESTS.decode(content)
    limit_libraries(LIMITS)
    document = pypdfium2.PdfDocument(request.pdf)
    page = document[request.page]
    scale = min(request.width / page.get_width(), 4)
    picture: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
    if request.box_mm:
        left, top, right, low = (each * scale * _POINTS_A_MM for each in request.box_mm)
        around = _AROUND_MM * scale * _POINTS_A_MM
        edges = (left - around, top - around, right + around, low + around)
        picture = picture.crop((*(max(each, 0) for each in edges[:2]), *map(min, edges[2:], picture.size)))
    out = io.BytesIO()
    picture.quantize(_COLOURS, dither=Image.Dither.NONE).save(out, "PNG")
    return out.getvalue()
