"""Decodes the streams of a PDF within limits, before any other code does: a small file can contain a huge one."""

from __future__ import annotations

from typing import Any

import pikepdf

from pipeline.attachments.ambiguous_content import ambiguous_picture
from pipeline.attachments.coded_sizes import DCT, OF_PICTURES, CodedSizes, coded_sizes
from pipeline.attachments.jpeg import BrokenJpegError, has_coding_of_pdf
from pipeline.attachments.messages import Limits
from pipeline.attachments.unusable import unusable
from pipeline.errors import UnusableError
from pipeline.system.processes import raise_memory_limit


def check_streams(pdf: pikepdf.Pdf, limits: Limits) -> None:
    """Decode every stream once. Raises UnusableError if a limit is passed."""
    if len(pdf.objects) > limits.objects:
        raise unusable("attachment-bomb/objects", count=f"{limits.objects:,}")
    left = limits.decoded_bytes
    for stream in pdf.objects:
        if isinstance(stream, pikepdf.Stream):
            left -= _decoded_size(pdf, stream, limits)
            if left < 0:
                raise unusable("attachment-bomb/whole", megabytes=limits.decoded_bytes // 1_000_000)


def jpeg_in(pdf: pikepdf.Pdf, stream: pikepdf.Stream) -> tuple[bytes, Any] | None:
    """Return the JPEG in a stream, whatever filters are around it, with its parameters; None for another stream."""
    last = len(filters := _filters(stream)) - 1
    if last < 0 or filters[last] not in DCT:
        return None
    return _decode(pdf, stream, last), _parameters(stream, last)


def _filters(stream: pikepdf.Stream) -> list[str]:
    return [str(name) for name in _listed(stream.get("/Filter"))]


def _decoded_size(pdf: pikepdf.Pdf, stream: pikepdf.Stream, limits: Limits) -> int:
    """Return the size of a decoded stream. A picture is decoded only up to its picture filter."""
    filters = _filters(stream)
    if len(filters) > limits.filters:
        raise unusable("attachment-bomb/filters", count=limits.filters)
    codec = next((index for index, name in enumerate(filters) if name in OF_PICTURES), None)
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
    if codec is not None:
        if codec != len(filters) - 1:
            raise ambiguous_picture(pdf, stream, "coding")
        if filters[codec] in DCT:
            _check_jpeg(content)
        _check_coded(pdf, stream, coded_sizes(filters[codec], content, _parameters(stream, codec)), limits)
    return len(content)


def _check_coded(pdf: pikepdf.Pdf, stream: pikepdf.Stream, sizes: CodedSizes, limits: Limits) -> None:
    """Check the pixels that a decoder makes room for."""
    width, height = int(stream.get("/Width", 0)), int(stream.get("/Height", 0))
    for across, down in (*sizes.whole, *sizes.parts):
        _check_pixels(across, down or height, limits)
    if "/Width" in stream and not sizes.fit(width, height):
        raise ambiguous_picture(pdf, stream, "size")


def _check_jpeg(content: bytes) -> None:
    try:
        is_known = has_coding_of_pdf(content)
    except BrokenJpegError:
        is_known = False
    if not is_known:
        raise unusable("attachment-damaged/jpeg")


def _parameters(stream: pikepdf.Stream, index: int) -> Any:
    """Return the parameters of a filter."""
    parameters = _listed(stream.get("/DecodeParms"))
    return parameters[index] if index < len(parameters) else None


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
        raise unusable("attachment-pixels/pdf", millions=limits.pixels // 1_000_000)
    if width * height > limits.large_pixels:
        raise_memory_limit()


def _large_stream(limits: Limits) -> UnusableError:
    return unusable("attachment-bomb/stream", megabytes=limits.stream_bytes // 1_000_000)
