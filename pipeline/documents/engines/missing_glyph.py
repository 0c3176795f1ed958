"""Reads from an error of Typst the characters that no font has."""

from __future__ import annotations

import re

_MESSAGE = re.compile(r'the text `?"(.*?)"`? could not be displayed', re.DOTALL)
#: Typst quotes text as Rust does: it writes characters that are not printable by their numbers.
_ESCAPE = re.compile(r"\\u\{([0-9a-f]{1,6})\}")


def characters_in(message: str) -> str:
    """Return the characters that a message of Typst says it could not display; nothing if it is about another error."""
    found = _MESSAGE.search(message)
    return _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), found[1]) if found else ""
