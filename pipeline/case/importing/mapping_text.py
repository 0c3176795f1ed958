"""JSON with one entry a line, so that people can compare, copy and delete lines."""

from __future__ import annotations

import json
from typing import Any

_WIDTH = 120


def mapping_text(value: Any, indent: str = "") -> str:
    """Return JSON with one entry a line: an object or list is on one line if it fits."""
    line = line_of(value)
    is_short = indent and len(indent) + len(line) <= _WIDTH
    has_lines = "columns" in value if isinstance(value, dict) else isinstance(value, list) and _is_long(value)
    if not isinstance(value, dict | list) or (is_short and not has_lines):
        return line
    inner = f"{indent}  "
    if isinstance(value, dict):
        parts = [f"{inner}{json.dumps(key)}: {mapping_text(each, inner)}" for key, each in value.items()]
    else:
        parts = [inner + (line_of(each) if "columns" not in each else mapping_text(each, inner)) for each in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    end = "\n" if not indent else ""
    body = ",\n".join(parts)
    return f"{opening}\n{body}\n{indent}{closing}{end}"


def _is_long(value: list[Any]) -> bool:
    return len(value) > 1 and isinstance(value[0], dict)


def line_of(value: Any) -> str:
    """Return JSON on one line."""
    if isinstance(value, dict):
        parts = ", ".join(f"{json.dumps(key)}: {line_of(each)}" for key, each in value.items())
        return f"{{ {parts} }}" if parts else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(line_of, value))}]"
    return json.dumps(value, ensure_ascii=False)
