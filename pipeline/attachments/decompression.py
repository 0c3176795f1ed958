"""Decodes the streams of a PDF within limits, before any other code does: a small file can contain a huge one."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
from PIL import Image

from pipeline.attachments.jpeg import size_of
from pipeline.attachments.messages import PRINT_AGAIN, Limits
from pipeline.errors import UnusableError

#: Filters whose output is a picture. qpdf does not decode them.
_OF_PICTURES = frozenset({"/DCTDecode", "/DCT", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode", "/CCF"})


def check_streams(pdf: pikepdf.Pdf, limits: Limits) -> None:
    """Decode every stream once. Raises UnusableError if a limit is passed."""
    if len(pdf.objects) > limits.objects:
        raise _bomb(f"the PDF has more than {limits.objects:,} objects")
    left = limits.decoded_bytes
    for stream in pdf.objects:
        if isinstance(stream, pikepdf.Stream):
            left -= _decoded_size(pdf, stream, limits)
            if left < 0:
                raise _bomb(f"the PDF decompresses to more than {limits.decoded_bytes // 1_000_000} MB")


def _decoded_size(pdf: pikepdf.Pdf, stream: pikepdf.Stream, limits: Limits) -> int:
    """Return the size of a decoded stream. A picture is decoded only up to its picture filter."""
    filters = [str(name) for name in _listed(stream.get("/Filter"))]
    if len(filters) > limits.filters:
        raise _bomb(f"a stream of the PDF has more than {limits.filters} filters")
    codec = next((index for index, name in enumerate(filters) if name in _OF_PICTURES), None)
    if stream.get("/Subtype") == pikepdf.Name.Image:
        _check_pixels(int(stream.get("/Width", 0)), int(stream.get("/Height", 0)), limits)
    try:
        content = _decode(pdf, stream, codec)
    except pikepdf.DataDecodingError as error:
        if "memory" in str(error) or "bad_alloc" in str(error):  # pikepdf has no type for a limit of qpdf
            raise _large_stream(limits) from None
        raise
    if len(content) > limits.stream_bytes:
        raise _large_stream(limits)
    if codec is not None and filters[codec] in {"/DCTDecode", "/DCT"}:
        _check_pixels(*size_of(content), limits)
    if codec is not None and filters[codec] == "/JPXDecode":
        with Image.open(io.BytesIO(content), formats=["JPEG2000"]) as picture:
            _check_pixels(*picture.size, limits)
    return len(content)


def _decode(pdf: pikepdf.Pdf, stream: pikepdf.Stream, codec: int | None) -> bytes:
    if codec is None:
        return stream.read_bytes(pikepdf.StreamDecodeLevel.specialized)
    raw = stream.read_raw_bytes()
    if codec == 0:
        return raw
    before = pikepdf.Stream(pdf, raw)
    before.Filter = pikepdf.Array(_listed(stream.Filter)[:codec])
    parameters = _listed(stream.get("/DecodeParms"))
    if parameters:
        before.DecodeParms = pikepdf.Array(parameters[:codec])
    return before.read_bytes(pikepdf.StreamDecodeLevel.specialized)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, pikepdf.Array) else [value]


def _check_pixels(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.pixels:
        message = f"a picture in the PDF has more than {limits.pixels // 1_000_000} million pixels"
        raise UnusableError("attachment-pixels", message, "scan it at 300 dpi")


def _large_stream(limits: Limits) -> UnusableError:
    return _bomb(f"a stream of the PDF decompresses to more than {limits.stream_bytes // 1_000_000} MB")


def _bomb(message: str) -> UnusableError:
    return UnusableError("attachment-bomb", message, PRINT_AGAIN)
