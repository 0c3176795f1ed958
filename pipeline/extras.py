"""Libraries that are installed only by those who need them."""

from __future__ import annotations

import importlib
from typing import Any

from pipeline.errors import InputError, Problem


def load_extra(module: str, extra: str, purpose: str) -> Any:
    """The module of an optional library. Raises InputError that says how to install it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        message = f"{purpose} needs a library that is not installed: {module}"
        hint = f"install it: pip install 'visa-packet[{extra}]'"
        raise InputError(Problem("extra-missing", "error", message, hint)) from None
