"""Reads one paper for values of a new case: its text layer, or the picture with the extra ``read``."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec

from pipeline.attachments.messages import ReadLine, ScanAnswer
from pipeline.attachments.paper_text import LEAST_TEXT
from pipeline.attachments.proposed_values import ProposedValue, propose_values
from pipeline.attachments.read_paper import read_paper
from pipeline.attachments.reader_client import refusal_of
from pipeline.attachments.scan_client import prepare_scans, read_lines
from pipeline.attachments.unusable import unusable
from pipeline.errors import AttachmentError, UnusableError
from pipeline.system.limited_client import LIMITED, CallFailedError
from pipeline.system.limited_process import ProcessLimits

_TEXT_LINES = "pipeline.attachments.text_lines:answer_lines"
_ANSWERS = msgspec.msgpack.Decoder(ScanAnswer)


def read_values(path: Path, person: str, as_of: date) -> list[ProposedValue]:
    """Return values of the paper at ``path`` for the fields of ``person`` (a JSON pointer).

    Raises AttachmentError if the paper cannot be read, and InputError if it needs an extra that is not installed.
    """
    try:
        lines = lines_of(read_paper(path.parent, path.name).pdf, scans=True)
    except UnusableError as error:
        raise AttachmentError(replace(error.problem, file=str(path))) from None
    return propose_values(lines, person, as_of)


def lines_of(pdf: bytes, *, scans: bool) -> tuple[ReadLine, ...]:
    """Return the lines of a paper: of its text, or of its pictures if it has no text and ``scans`` are to be read.

    Raises UnusableError if it cannot be read, and InputError if it needs an extra that is not installed.
    """
    try:
        lines = _ANSWERS.decode(LIMITED.call(_TEXT_LINES, pdf, ProcessLimits())).lines
        if not scans or sum(len(line.text) for line in lines) >= LEAST_TEXT:
            return lines
        prepare_scans()
        return read_lines(pdf)
    except CallFailedError as error:
        refusal = refusal_of(error)
        raise unusable(f"{refusal.key}/scan", **refusal.parts) from None
