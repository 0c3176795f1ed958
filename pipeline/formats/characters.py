"""Characters that no value of a case may contain, because a document would lose or hide them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

#: Bidirectional controls and zero-width characters: invisible, they change the text that a reader sees.
_INVISIBLE = frozenset(
    [
        0x00AD,
        0x061C,
        0x180E,
        0xFEFF,
        *(0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0),  # fillers and the empty Braille cell look like a space
        *range(0xFFF9, 0xFFFC),
        *range(0x200B, 0x2010),
        *range(0x2028, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xE0000, 0xE0080),
    ]
)
_REPLACEMENT = 0xFFFD
_KINDS = {
    "Cc": "a control character",
    "Cs": "half of a surrogate pair",
    "Co": "a private-use character",
    "Cn": "an unassigned character",
}


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def refused_characters(text: str) -> list[tuple[str, str]]:
    """Return each refused character of ``text`` once, as ("U+0007", "a control character")."""
    kinds: dict[str, str] = {}
    for character in text:
        kind = _kind(character)
        if kind:
            kinds.setdefault(name_of(character), kind)
    return list(kinds.items())


def name_of(character: str) -> str:
    """Return ``U+XXXX``, which names a character without printing it."""
    return f"U+{ord(character):04X}"


def visible(text: str, escape: Callable[[str], str] = _escape) -> str:
    """Return text with an escape in place of each refused character, such as its number in hexadecimal digits."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(escape(character) if _kind(character) else character for character in text)


def _kind(character: str) -> str | None:
    code = ord(character)
    if code == _REPLACEMENT:
        return "the replacement character for a lost one"
    if code in _INVISIBLE:
        return "an invisible character"
    return _KINDS.get(unicodedata.category(character))
