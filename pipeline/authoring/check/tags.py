"""Read the tags of one part of a template as a Jinja template with one tag a line."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from pipeline.formats.word.tag_placement import TAG
from pipeline.formats.word.word_places import Part

#: Letters of docxtpl: the tag stands for its whole paragraph, row, cell or run.
_PREFIX = re.compile(r"^(\{[{%#])(?:tr|tc|p|r)\s")
#: Tags of docxtpl for cells, which have one expression.
_CELL_TAG = re.compile(r"^\{%-?\s*(?:colspan|cellbg|vm|hm)\b\s*(.*?)\s*-?%\}$")
_QUOTES = str.maketrans("‘’“”", "''\"\"")


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags of a part in order. Tag ``n`` is on line ``n + 1`` of ``source`` and begins in ``paragraphs[n]``.

    ``between`` is the text of each paragraph without its tags.
    """

    source: str
    paragraphs: Sequence[int]
    texts: Sequence[str]
    between: Sequence[str]


def read_tags(part: Part) -> Tags:
    """Return all tags of a part. A tag that extends over paragraphs belongs to the one in which it begins."""
    lengths = [len(paragraph.text) + 1 for paragraph in part.paragraphs]
    starts = list(accumulate(lengths, initial=0))
    text = "\n".join(paragraph.text for paragraph in part.paragraphs)
    matches = list(TAG.finditer(text))
    paragraphs = [bisect_right(starts, match.start()) - 1 for match in matches]
    lines = [_normalise(match[0]) for match in matches]
    between = TAG.sub(lambda match: "\n" * match[0].count("\n"), text).split("\n")
    return Tags("\n".join(lines), paragraphs, [match[0] for match in matches], between)


def _normalise(tag: str) -> str:
    """Return the tag in the notation of Jinja, on one line."""
    tag = _PREFIX.sub(r"\1 ", " ".join(tag.split()).translate(_QUOTES))
    cell = _CELL_TAG.match(tag)
    if not cell:
        return tag
    return f"{{{{ {cell[1]} }}}}" if cell[1] else ""
