"""How much one attachment may be, and may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Pages and pixels of a file; bytes that one stream and all streams of a PDF unfold to; objects of a PDF.

    ``cpu_seconds``, ``wall_seconds`` and ``memory_bytes`` (address space) are those of the process that reads it:
    what no other limit sees ends there. A picture of 60 million pixels needs 450 MB.
    """

    pages: int = 300
    pixels: int = 60_000_000
    stream_bytes: int = 200_000_000
    decoded_bytes: int = 1_000_000_000
    objects: int = 200_000
    filters: int = 4
    cpu_seconds: int = 20
    wall_seconds: float = 60.0
    memory_bytes: int = 500_000_000


LIMITS = Limits()
