"""Looks up keys that a page or a form field of a PDF can inherit from its parents."""

from __future__ import annotations

from typing import Any

import pikepdf

_DEEPEST = 50


def find_inherited(node: Any, key: str) -> Any:
    """Return the value of ``key`` in a dictionary or the nearest of its parents; None if none has it."""
    for _ in range(_DEEPEST):
        if key in node:
            return node[key]
        node = node.get("/Parent")
        if not isinstance(node, pikepdf.Dictionary):
            return None
    return None
