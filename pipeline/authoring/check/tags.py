"""The tags of one part of a template, as a Jinja template of its own with one tag a line."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from pipeline.formats.word.word_places import Part

#: A tag ends before the next one of its kind begins, so that a text full of beginnings is read once and not squared.
TAG = re.compile(r"\{\{(?:[^{]|\{(?!\{))*?\}\}|\{%(?:[^{]|\{(?!%))*?%\}|\{#(?:[^{]|\{(?!#))*?#\}")
#: docxtpl's own letters: the tag takes its paragraph, row, cell or run with it.
_PREFIX = re.compile(r"^(\{[{%#])(?:tr|tc|p|r)\s")
#: docxtpl's own tags for cells take one expression.
_CELL_TAG = re.compile(r"^\{%-?\s*(?:colspan|cellbg|vm|hm)\b\s*(.*?)\s*-?%\}$")
_QUOTES = str.maketrans("‘’“”", "''\"\"")


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags of a part in order. Tag ``n`` stands on line ``n + 1`` of ``source`` and begins in ``paragraphs[n]``.

    ``between`` is the text of each paragraph without its tags.
    """

    source: str
    paragraphs: Sequence[int]
    texts: Sequence[str]
    between: Sequence[str]


def tags_of(part: Part) -> Tags:
    """All tags of a part. A tag may go on in the next paragraph; it belongs to the one in which it begins."""
    lengths = [len(paragraph.text) + 1 for paragraph in part.paragraphs]
    starts = list(accumulate(lengths, initial=0))
    text = "\n".join(paragraph.text for paragraph in part.paragraphs)
    found = list(TAG.finditer(text))
    paragraphs = [bisect_right(starts, match.start()) - 1 for match in found]
    lines = [_plain(match[0]) for match in found]
    between = TAG.sub(lambda match: "\n" * match[0].count("\n"), text).split("\n")
    return Tags("\n".join(lines), paragraphs, [match[0] for match in found], between)


def _plain(tag: str) -> str:
    """The tag as Jinja writes it, on one line."""
    plain = _PREFIX.sub(r"\1 ", " ".join(tag.split()).translate(_QUOTES))
    cell = _CELL_TAG.match(plain)
    if not cell:
        return plain
    return f"{{{{ {cell[1]} }}}}" if cell[1] else ""
