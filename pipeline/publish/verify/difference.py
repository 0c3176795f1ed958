"""A difference between a packet and its manifest, as a problem."""

from __future__ import annotations

from pipeline.errors import Problem

#: For a packet whose files agree with their hashes, which a build would take for a current one.
FORCE_HINT = "build the packet again from its case with --force"


def difference(code: str, message: str, hint: str = "build the packet again from its case") -> Problem:
    """Return a difference as a problem. The caller adds the packet's folder."""
    return Problem(code, "error", message, hint)
