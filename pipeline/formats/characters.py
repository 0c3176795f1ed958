"""Characters that no value of a case may contain, because a document would lose or hide them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

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
#: Those of them that Python calls printable. It calls no character of a kind below so.
_PRINTABLE = frozenset(chr(code) for code in (*_INVISIBLE, _REPLACEMENT) if chr(code).isprintable())
#: The last character of two bytes. Readers of PDF lose a later one that has a mark, such as an accent.
_LAST_OF_TWO_BYTES = "\uffff"
#: They select a form of the character before and are no marks on it.
_SELECTORS = frozenset([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])
#: Half-width kana marks, which are letters for Unicode and drawn as marks.
_KANA_MARKS = frozenset([0xFF9E, 0xFF9F])
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
    if text.isprintable() and _PRINTABLE.isdisjoint(text) and max(text, default="") <= _LAST_OF_TWO_BYTES:
        return []
    kinds: dict[str, str] = {}
    for before, character in pairwise(f" {text}"):
        kind = _kind(character) or _kind_of_mark(before, character)
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


@lru_cache(maxsize=1 << 16)  # a case has a thousand texts of the same characters
def _kind(character: str) -> str | None:
    code = ord(character)
    if code == _REPLACEMENT:
        return "the replacement character for a lost one"
    if code in _INVISIBLE:
        return "an invisible character"
    return _KINDS.get(unicodedata.category(character))


def _kind_of_mark(before: str, character: str) -> str | None:
    if before <= _LAST_OF_TWO_BYTES or ord(character) in _SELECTORS:
        return None
    is_mark = unicodedata.category(character).startswith("M") or ord(character) in _KANA_MARKS
    return "a mark on a rare character" if is_mark else None
