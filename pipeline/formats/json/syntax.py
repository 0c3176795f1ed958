"""The mistake that stops a text from being JSON, as the person who typed it would name it."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from pipeline.formats.json.positions import open_string, without_strings

_CLOSING = {"[": "]", "{": "}"}
_TYPOGRAPHIC = re.compile("[“”„‟«»＂〝〞]")
_FULL_WIDTH = "，：；、。｛｝［］【】「」『』"
_COMMENTS = ("//", "/*", "#", "<!--")


class Mistake(NamedTuple):
    """A mistake by the name of its message, its offset in the text, and the bracket that would close what is open."""

    name: str
    offset: int
    closing: str = ""


def find_mistake(error: json.JSONDecodeError) -> Mistake:
    """Return the mistake that stopped the parser, at its own place, which is often before the place of the error."""
    text, offset = error.doc, error.pos
    if "string" in error.msg or "control" in error.msg or "escape" in error.msg:
        return _in_string(text, offset, error.msg)
    before = len(text[:offset].rstrip()) - 1
    if text[offset : offset + 1] in ("", "]", "}"):
        return _at_end(text, offset, before, error.msg)
    if error.msg == "Extra data":
        return Mistake("after-end", offset)
    return (
        _at_sign(text, offset) or _at_word(text, offset, before, error.msg) or _between(text, offset, before, error.msg)
    )


def _in_string(text: str, offset: int, message: str) -> Mistake:
    start = open_string(text[: offset + 1])
    if "escape" in message:
        return Mistake("backslash", text.rfind("\\", 0, offset + 1))
    if "control" in message and text[offset] not in "\r\n":
        return Mistake("control", offset)
    return _typographic(text, start, text.find("\n", start)) or Mistake("open-text", start)


def _at_end(text: str, offset: int, before: int, message: str) -> Mistake:
    """Return what is wrong where a bracket closes, or the text ends, too early."""
    here, previous = text[offset : offset + 1], text[before : before + 1]
    if here and previous == ",":
        return Mistake("comma-too-many", before)
    if here and previous == ":":
        return Mistake("missing-value", offset)
    if here and message.startswith("Expecting ':'"):
        return Mistake("missing-colon", before)
    opened = _open_bracket(text[:offset])
    if opened is None:
        return Mistake("wrong-bracket" if here else "other", offset)
    return Mistake("open-bracket", opened, _CLOSING[text[opened]])


def _at_sign(text: str, offset: int) -> Mistake | None:
    here = text[offset]
    if _TYPOGRAPHIC.match(here):
        return Mistake("quotation-marks", offset)
    if here in _FULL_WIDTH:
        return Mistake("full-width", offset)
    if text.startswith(_COMMENTS, offset):
        return Mistake("comment", offset)
    return Mistake("single-quotes", offset) if here in "'`‘’" else None


def _at_word(text: str, offset: int, before: int, message: str) -> Mistake | None:
    """Return what is wrong with a word or a number without quotation marks."""
    here, previous = text[offset], text[before : before + 1]
    follows_digit = here.isdecimal() and previous.isdecimal() and before == offset - 1
    if follows_digit or here in "+-." or (here.isdecimal() and message.startswith("Expecting property name")):
        return Mistake("number", offset)
    if not (here.isalpha() or here == "_"):
        return None
    if previous == '"':
        start = open_string(text[:before])
        return _typographic(text, start, before) or Mistake("inner-quotes", offset)
    return Mistake("bare-name" if message.startswith("Expecting property name") else "word", offset)


def _between(text: str, offset: int, before: int, message: str) -> Mistake:
    """Return what is wrong with the comma or colon between two values."""
    if message.startswith("Expecting ':'"):
        return Mistake("missing-colon", before)
    if text[offset] == ",":
        return Mistake("missing-value" if text[before] == ":" else "comma-too-many", offset)
    if before >= 0 and text[offset] in '"[{0123456789;':
        return Mistake("missing-comma", before)
    return Mistake("other", offset)


def _typographic(text: str, start: int, end: int) -> Mistake | None:
    """Return the typographic quotation mark that was meant to close the string at ``start``."""
    found = _TYPOGRAPHIC.search(text, start, end if end >= 0 else len(text))
    return Mistake("quotation-marks", found.start()) if found else None


def _open_bracket(text: str) -> int | None:
    """Return the offset of the innermost bracket that is open at the end of ``text``."""
    opened: list[int] = []
    for offset, sign in enumerate(without_strings(text)):
        if sign in "[{":
            opened.append(offset)
        elif sign in "]}" and opened:
            opened.pop()
    return opened[-1] if opened else None
