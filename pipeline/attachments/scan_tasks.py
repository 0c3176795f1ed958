"""The task of the limited process for scans: to read pages without text, and to compare them with the case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

import msgspec

from pipeline.attachments.messages import ReadLine, ScanAnswer, ScanRequest, Wanted
from pipeline.attachments.proposed_values import propose_values
from pipeline.attachments.scan_engine import load_engine, read_pages
from pipeline.attachments.scan_search import NOT_READ_RULE, is_identified, search_scan

_REQUESTS = msgspec.msgpack.Decoder(ScanRequest)
#: Any day: it decides the century of a year, and not if there is one.
_ANY_DAY = date(2100, 1, 1)


@cache
def warm_up() -> None:
    """Load the models."""
    load_engine()


def answer_scan(content: bytes) -> bytes:
    """Answer a ScanRequest in this process, which reads nothing else, with a ScanAnswer."""
    return msgspec.msgpack.encode(read_scan(_REQUESTS.decode(content)))


def read_scan(request: ScanRequest) -> ScanAnswer:
    """Return the notes about a scan, or its lines. Pages after the one that identifies the traveller are not read."""
    wanted, lines = request.wanted, list[ReadLine]()
    for page in read_pages(request.pdf, lambda found: _says_something(found, wanted)):
        lines += page
        if wanted is not None and is_identified(lines, wanted):
            break
    if wanted is None:
        return ScanAnswer(lines=tuple(lines))
    return ScanAnswer(notes=tuple(search_scan(lines, wanted)))


def _says_something(lines: Sequence[ReadLine], wanted: Wanted | None) -> bool:
    """Return True if the lines of a page have values, or show whose paper it is."""
    if wanted is None:
        return bool(propose_values(lines, "", _ANY_DAY))
    return all(note.rule != NOT_READ_RULE for note in search_scan(lines, wanted))
