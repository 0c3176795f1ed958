"""Asks the limited process for scans. It is started only for a command that asks to read scans."""

from __future__ import annotations

import atexit
import threading
from importlib.util import find_spec

import msgspec

from pipeline.attachments.messages import ReadLine, ScanAnswer, ScanRequest, Wanted
from pipeline.attachments.scan_search import NOT_READ_RULE
from pipeline.errors import missing_extra
from pipeline.packet.paper import Note
from pipeline.system.atomic import sha256
from pipeline.system.limited_client import CallFailedError, LimitedClient
from pipeline.system.limited_process import ProcessLimits

_FUNCTION = "pipeline.attachments.scan_tasks:answer_scan"
#: A page takes two to five seconds. The libraries occupy a gigabyte of address space before they read anything.
_LIMITS = ProcessLimits(cpu_seconds=90, wall_seconds=600.0, memory_bytes=3_000_000_000)
_LIBRARIES = ("rapidocr", "onnxruntime")
_ANSWERS = msgspec.msgpack.Decoder(ScanAnswer)
#: Apart from the process that reads files: with these libraries, its forks would exceed their limits of memory.
_SCANS = LimitedClient()
atexit.register(_SCANS.stop)
#: The lines of the papers that were read last, by the hash of their PDF. On the desk, one paper is asked about often:
#: what it is, on which day it was issued, and which values it shows.
_READ: dict[str, tuple[ReadLine, ...]] = {}
_MOST_READ = 16
_READING = threading.Lock()  # who asks for the same paper meanwhile waits for its lines


def prepare_scans() -> None:
    """Start the process, so that it has loaded its models when it is asked. Raises InputError without the extra."""
    missing = _missing_library()
    if missing:
        raise missing_extra(missing, "read", "reading scans")
    _SCANS.prepare(_FUNCTION)


def close_scans() -> None:
    """End the process, also while it reads."""
    _SCANS.close()


def can_read_scans() -> bool:
    """Return True if the extra that reads scans is installed."""
    return _missing_library() is None


def _missing_library() -> str | None:
    return next((name for name in _LIBRARIES if find_spec(name) is None), None)


def compare_scan(pdf: bytes, wanted: Wanted) -> tuple[Note, ...]:
    """Return the notes about a paper without text. If it cannot be read, a note says so."""
    try:
        return _ask(ScanRequest(pdf, wanted)).notes
    except (CallFailedError, msgspec.MsgspecError):
        return (Note(NOT_READ_RULE, ("failed",)),)


def read_lines(pdf: bytes) -> tuple[ReadLine, ...]:
    """Return the lines of a paper without text, read once for the same one. Raises CallFailedError if it cannot be."""
    with _READING:
        name = sha256(pdf)
        lines = _READ.pop(name, None)
        _READ[name] = lines = _ask(ScanRequest(pdf)).lines if lines is None else lines
        while len(_READ) > _MOST_READ:
            del _READ[next(iter(_READ))]
        return lines


def _ask(request: ScanRequest) -> ScanAnswer:
    return _ANSWERS.decode(_SCANS.call(_FUNCTION, msgspec.msgpack.encode(request), _LIMITS))
