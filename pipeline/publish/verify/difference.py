"""A difference between a packet and its manifest, as it is told."""

from __future__ import annotations

from pipeline.errors import Problem

_HINT = "build the packet again from its case"


def difference(code: str, message: str, folder: str, hint: str = _HINT) -> Problem:
    """A difference in the packet at ``folder``."""
    return Problem(code, "error", message, hint, folder)
