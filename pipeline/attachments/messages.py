"""Messages between the two sides: a JSON object and bytes, each with its length before it. Nothing else is trusted."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

_LENGTHS = struct.Struct(">IQ")


class BrokenFrameError(Exception):
    """The other side ended, or wrote something that is no message."""


def packed(head: Mapping[str, Any], body: bytes = b"") -> bytes:
    """A message as bytes."""
    words = json.dumps(head).encode()
    return b"".join([_LENGTHS.pack(len(words), len(body)), words, body])


def receive(stream: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """The next message of ``stream``. Raises BrokenFrameError."""
    sizes = _LENGTHS.unpack(_exactly(stream, _LENGTHS.size))
    words, body = (_exactly(stream, size) for size in sizes)
    try:
        head = json.loads(words)
    except ValueError:
        raise BrokenFrameError from None
    if not isinstance(head, dict):
        raise BrokenFrameError
    return head, body


def _exactly(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise BrokenFrameError
    return content
