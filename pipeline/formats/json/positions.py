"""Line and column of a JSON pointer in the text of a file, for messages."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_MARK = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')


@dataclass(frozen=True, slots=True)
class Positions:
    """Character offsets in one JSON text, by JSON pointer."""

    text: str
    #: pointer -> offset of the value
    of_value: dict[str, int] = field(default_factory=dict)
    #: pointer -> offset of the key that names the value
    of_key: dict[str, int] = field(default_factory=dict)
    #: pointer and offset of each key that its object already had
    repeated: list[tuple[str, int]] = field(default_factory=list)

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1, of a character offset."""
        line = self.text.count("\n", 0, offset) + 1
        return line, offset - (self.text.rfind("\n", 0, offset) + 1) + 1

    def value(self, pointer: str) -> tuple[int, int]:
        """Return line and column of the value at ``pointer``, or of the nearest value around it if it is absent."""
        while pointer and pointer not in self.of_value:
            pointer = pointer.rpartition("/")[0]
        return self.line_and_column(self.of_value.get(pointer, 0))

    def key(self, pointer: str) -> tuple[int, int]:
        """Return line and column of the key of the value at ``pointer``."""
        if pointer in self.of_key:
            return self.line_and_column(self.of_key[pointer])
        return self.value(pointer)


@dataclass(slots=True)
class _Open:
    """An object or array around the position of the scan."""

    pointer: str
    is_object: bool
    index: int = 0
    key: str | None = None
    keys: set[str] = field(default_factory=set)

    def child(self) -> str:
        step = self.key if self.is_object and self.key is not None else str(self.index)
        return f"{self.pointer}/{escape(step)}"


def without_strings(text: str) -> str:
    """Return ``text`` with blanks in place of every string, so that offsets stay the same."""
    return _STRING.sub(lambda string: " " * len(string[0]), text)


def open_string(text: str) -> int:
    """Return the offset of the last string in ``text``, which is not closed."""
    return max(string.start() for string in _STRING.finditer(text))


def escape(step: str) -> str:
    """Return one step of a JSON pointer, escaped by RFC 6901."""
    return step.replace("~", "~0").replace("/", "~1")


def find_positions(text: str) -> Positions:
    """Scan ``text``, which must be valid JSON, without recursion."""
    positions = Positions(text)
    stack: list[_Open] = []
    for mark in _MARK.finditer(text):
        _step(positions, stack, mark[0], mark.start())
    return positions


def _step(positions: Positions, stack: list[_Open], mark: str, offset: int) -> None:
    top = stack[-1] if stack else None
    if mark in "]}":
        stack.pop()
    elif mark == ",":
        if top is not None:
            top.index, top.key = top.index + 1, None
    elif mark == ":":
        return
    elif top is not None and top.is_object and top.key is None:
        top.key = str(json.loads(mark, strict=False)) if "\\" in mark else mark[1:-1]
        pointer = top.child()
        if top.key in top.keys:
            positions.repeated.append((pointer, offset))
        top.keys.add(top.key)
        positions.of_key[pointer] = offset
    else:
        pointer = top.child() if top is not None else ""
        positions.of_value[pointer] = offset
        if mark in "[{":
            stack.append(_Open(pointer, mark == "{"))
