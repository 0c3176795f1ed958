"""Limits of the libraries that read papers, for a process that does nothing else."""

from __future__ import annotations

import pikepdf
from PIL import Image

from pipeline.attachments.messages import Limits


def limit_libraries(limits: Limits) -> None:
    """Set the limits of qpdf and Pillow for this process."""
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=limits.stream_bytes,
        run_length_max_memory=limits.stream_bytes,
        png_max_memory=limits.stream_bytes,
        tiff_max_memory=limits.stream_bytes,
        max_stream_filters=limits.filters,
    )
    Image.MAX_IMAGE_PIXELS = None  # pictures are checked frame by frame against limits.pixels
