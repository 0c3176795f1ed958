"""Drawing a page of a PDF or a picture as PNG, in the limited process."""

from __future__ import annotations

import io

import msgspec
import pypdfium2
from PIL import Image

from pipeline.attachments.library_limits import limit_libraries
from pipeline.attachments.messages import LIMITS

_COLOURS = 128


class PictureRequest(msgspec.Struct, frozen=True):
    """A page of a PDF (from 0) to draw ``width`` pixels wide."""

    pdf: bytes
    page: int
    width: int


REQUESTS = msgspec.msgpack.Decoder(PictureRequest)


def answer_picture(content: bytes) -> bytes:
    """Answer a PictureRequest in this process, which does nothing else, with a PNG file."""
    request = REQUESTS.decode(content)
    limit_libraries(LIMITS)
    document = pypdfium2.PdfDocument(request.pdf)
    page = document[request.page]
    scale = min(request.width / page.get_width(), 4)
    picture: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
    out = io.BytesIO()
    picture.quantize(_COLOURS, dither=Image.Dither.NONE).save(out, "PNG")
    return out.getvalue()
