"""Text in columns on a terminal, where Chinese and Japanese characters take two."""

from __future__ import annotations

from unicodedata import east_asian_width


def padded(text: str, columns: int) -> str:
    """``text`` with spaces behind it up to that many columns."""
    return text + " " * (columns - width(text))


def width(text: str) -> int:
    """Columns that ``text`` takes."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
