"""Silencing libraries whose log records repeat what the command reports in better words."""

from __future__ import annotations

import logging


def silence_library_logging(library: str) -> None:
    """Discard the log records of ``library``."""
    logger = logging.getLogger(library)
    logger.propagate = False
    logger.addHandler(logging.NullHandler())
