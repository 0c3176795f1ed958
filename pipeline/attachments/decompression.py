"""What the streams of a PDF unfold to, before anybody else unfolds them: a small file may hold a large one."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
from PIL import Image

from pipeline.attachments.jpeg import size_of
from pipeline.attachments.reading_limits import Limits
from pipeline.errors import UnusableError

#: Filters whose output is a picture, and which qpdf leaves to others.
_OF_PICTURES = frozenset({"/DCTDecode", "/DCT", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode", "/CCF"})


def limit_decoder(limits: Limits) -> None:
    """Set the limits of qpdf for this process."""
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=limits.stream_bytes,
        run_length_max_memory=limits.stream_bytes,
        png_max_memory=limits.stream_bytes,
        tiff_max_memory=limits.stream_bytes,
        max_stream_filters=limits.filters,
    )


def check_streams(pdf: pikepdf.Pdf, limits: Limits) -> None:
    """Unfold every stream once, within the limits. Raises UnusableError."""
    if len(pdf.objects) > limits.objects:
        raise _bomb(f"the PDF has more than {limits.objects:,} objects")
    left = limits.decoded_bytes
    for stream in pdf.objects:
        if isinstance(stream, pikepdf.Stream):
            left -= _unfolded(pdf, stream, limits)
            if left < 0:
                raise _bomb(f"the PDF unfolds to more than {limits.decoded_bytes // 1_000_000} MB")


def _unfolded(pdf: pikepdf.Pdf, stream: pikepdf.Stream, limits: Limits) -> int:
    """Bytes to which a stream unfolds, without what its last filter would make a picture of."""
    filters = [str(name) for name in _listed(stream.get("/Filter"))]
    if len(filters) > limits.filters:
        raise _bomb(f"a stream of the PDF has more than {limits.filters} filters")
    codec = next((index for index, name in enumerate(filters) if name in _OF_PICTURES), None)
    if stream.get("/Subtype") == pikepdf.Name.Image:
        _check_pixels(int(stream.get("/Width", 0)), int(stream.get("/Height", 0)), limits)
    try:
        content = _read(pdf, stream, codec)
    except pikepdf.DataDecodingError as error:
        if "memory" in str(error) or "bad_alloc" in str(error):
            raise _bomb(f"a stream of the PDF unfolds to more than {limits.stream_bytes // 1_000_000} MB") from None
        raise
    if len(content) > limits.stream_bytes:
        raise _bomb(f"a stream of the PDF unfolds to more than {limits.stream_bytes // 1_000_000} MB")
    if codec is not None and filters[codec] in {"/DCTDecode", "/DCT"}:
        _check_pixels(*size_of(content), limits)
    if codec is not None and filters[codec] == "/JPXDecode":
        with Image.open(io.BytesIO(content), formats=["JPEG2000"]) as picture:
            _check_pixels(*picture.size, limits)
    return len(content)


def _read(pdf: pikepdf.Pdf, stream: pikepdf.Stream, codec: int | None) -> bytes:
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


def _bomb(message: str) -> UnusableError:
    return UnusableError("attachment-bomb", message, "print it to PDF again, or scan it")
