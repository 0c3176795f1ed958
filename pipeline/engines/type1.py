"""PostScript (Type 1) fonts inside a PDF: taking out the number that a program counts up from font to font.

The number may be left out. It stands twice, in the readable part and in the one that Adobe's Type 1 Font Format
enciphers ("eexec encryption", key and constants from there).
"""

from __future__ import annotations

import re

_NUMBER = re.compile(rb"/UniqueID [0-9]+ def")
_KEY, _FACTOR, _SUMMAND = 55665, 52845, 22719


def without_number(font: bytes, readable: int, enciphered: int) -> bytes:
    """``font`` with spaces for its number, so that no length changes; the lengths of its first two parts are given."""
    end = readable + enciphered
    return _blanked(font[:readable]) + _encipher(_blanked(_decipher(font[readable:end]))) + font[end:]


def _blanked(part: bytes) -> bytes:
    return _NUMBER.sub(lambda found: b" " * len(found[0]), part, count=1)


def _decipher(part: bytes) -> bytes:
    key, plain = _KEY, bytearray()
    for byte in part:
        plain.append(byte ^ (key >> 8))
        key = ((byte + key) * _FACTOR + _SUMMAND) & 0xFFFF
    return bytes(plain)


def _encipher(part: bytes) -> bytes:
    key, cipher = _KEY, bytearray()
    for byte in part:
        hidden = byte ^ (key >> 8)
        cipher.append(hidden)
        key = ((hidden + key) * _FACTOR + _SUMMAND) & 0xFFFF
    return bytes(cipher)
