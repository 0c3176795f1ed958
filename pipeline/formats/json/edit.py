"""Changing values in a JSON text, which otherwise stays as its author formatted it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_SPACE = re.compile(r"\s*")
_INDENT = re.compile(r"\n([ \t]+)\S")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class _Part:
    """A value in the text from ``start`` to ``end``, and the parts of an object or list by key or index."""

    start: int
    end: int
    value: Any
    parts: Mapping[str | int, _Part] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    text: str


def change_text(text: str, data: Any) -> str:
    """Return ``text``, which must be valid JSON, with the values of ``data``.

    What is equal keeps its text. New members follow the others in their style; an object that loses members, and a
    list that becomes shorter, get new text.
    """
    edits = sorted(_edits(text, _read(text, 0), data), key=lambda edit: edit.start)
    line_end = "\r\n" if "\r\n" in text else "\n"
    for edit in edits[::-1]:  # the last first, also of several at one place
        written = edit.text.replace("\r\n", "\n").replace("\n", line_end)
        text = text[: edit.start] + written + text[edit.end :]
    return text


def _read(text: str, start: int) -> _Part:
    start = _skip(text, start)
    if text[start] not in "[{":
        value, end = _DECODER.raw_decode(text, start)
        return _Part(start, end, value)
    parts: dict[str | int, _Part] = {}
    place = _skip(text, start + 1)
    while text[place] not in "]}":
        key: str | int = len(parts)
        if text[start] == "{":
            key, place = _DECODER.raw_decode(text, place)
            place = _skip(text, place) + 1  # the colon
        parts[key] = _read(text, place)
        place = _skip(text, parts[key].end)
        place = _skip(text, place + 1) if text[place] == "," else place
    values = {key: part.value for key, part in parts.items()}
    return _Part(start, place + 1, values if text[start] == "{" else list(values.values()), parts)


def _skip(text: str, place: int) -> int:
    """Return the place of the next character that is not a space."""
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _edits(text: str, part: _Part, data: Any) -> Iterator[_Edit]:
    if is_same(part.value, data):
        return
    members = _members(data)
    if (
        type(part.value) is not type(data)
        or members is None
        or not part.parts
        or not part.parts.keys() <= members.keys()
    ):
        line = text.rfind("\n", 0, part.start) + 1
        indent = text[line : _skip(text, line)] if "\n" in text else None
        yield _Edit(part.start, part.end, _write(text, data, indent))
        return
    for key, below in part.parts.items():
        yield from _edits(text, below, members[key])
    space = text[part.start + 1 : _skip(text, part.start + 1)]
    indent = space.rpartition("\n")[2] if "\n" in space else None
    end = max(below.end for below in part.parts.values())
    last = text[max(part.parts.values(), key=lambda below: below.end).start : end]
    in_line = isinstance(data, list) and last[0] in "[{" and "\n" not in last
    for key in [key for key in members if key not in part.parts]:
        name = f"{json.dumps(key, ensure_ascii=False)}: " if isinstance(key, str) else ""
        written = _write_like(last, members[key]) if in_line else _write(text, members[key], indent)
        yield _Edit(end, end, f",{space or ' '}{name}{written}")


def _members(data: Any) -> dict[str | int, Any] | None:
    if isinstance(data, dict):
        return dict(data)
    return dict(enumerate(data)) if isinstance(data, list) else None


def _write(text: str, data: Any, indent: str | None) -> str:
    """Return the text of a value, in one line if ``indent`` is None, else in lines indented as those of ``text``."""
    if indent is None:
        return json.dumps(data, ensure_ascii=False)
    step = _INDENT.search(text)
    lines = json.dumps(data, ensure_ascii=False, indent=step[1] if step else 2)
    return lines.replace("\n", f"\n{indent}")


def _write_like(last: str, data: Any) -> str:
    """Return the text of a value in one line, with spaces inside its braces as in ``last``, the text before it."""
    written = json.dumps(data, ensure_ascii=False)
    is_spaced = last[0] == "{" and last[1:2] == " "
    return f"{{ {written[1:-1]} }}" if is_spaced and isinstance(data, dict) and data else written


def is_same(one: Any, other: Any) -> bool:
    """Return True if two values are the same JSON; 1 and true are not."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
