"""Keeping libraries quiet that tell on standard error what a user is told in better words."""

from __future__ import annotations

import logging


def quiet(library: str) -> None:
    """Let the log records of ``library`` go nowhere."""
    logger = logging.getLogger(library)
    logger.propagate = False
    logger.addHandler(logging.NullHandler())
