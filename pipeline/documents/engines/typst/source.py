"""Typst source: strings, lengths, and the tags of a template inside them."""

from __future__ import annotations

import re

from lxml import etree

from pipeline.documents.engines.typst.elements import RefusedError

#: A tag of Jinja. docxtpl has put each into one piece.
TAG = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})", re.DOTALL)
#: A tag that begins or ends a block, with its name.
_BLOCK = re.compile(r"\{%[-+]?\s*(end)?(if|for|else|elif|set|with|\w+)\b")
_PAIRED = ("if", "for", "with")
_BRANCHES = ("else", "elif")


def escaped(text: str) -> str:
    """Return text for the inside of a Typst string."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def literal(text: str) -> str:
    """Return the inside of a Typst string with this text, in which tags stay as they are."""
    return "".join(piece if place % 2 else escaped(piece) for place, piece in enumerate(TAG.split(text)))


def length(twentieths: float) -> str:
    """Return a length of Word, in twentieths of a point, as Typst writes it."""
    return f"{twentieths / 20:g}pt"


def color(value: str | None) -> str:
    """Return a colour of Word as Typst writes it."""
    return "black" if value in {None, "auto"} else f'rgb("#{value}")'


def is_balanced(text: str) -> bool:
    """Return True if each block that begins in ``text`` ends in it, and the other way round."""
    depth = 0
    for tag in TAG.findall(text):
        block = _BLOCK.match(tag)
        if block and block[2] in _PAIRED:
            depth += -1 if block[1] else 1
            if depth < 0:
                return False
        elif block and block[2] in _BRANCHES and not depth:
            return False
    return not depth


def only_tags(text: str | None) -> str:
    """Return the tags between two elements. Raise RefusedError if there is other text."""
    text = (text or "").strip()
    if TAG.sub("", text).strip():
        raise RefusedError("text between paragraphs, rows or cells")
    return text


def text_inside(element: etree._Element) -> str:
    """Return all text below an element, with its tags."""
    return "".join(map(str, element.itertext()))
