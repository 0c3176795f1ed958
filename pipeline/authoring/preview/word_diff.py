"""Compare two texts word by word. Japanese and Chinese have no spaces, so a run of one script counts as a word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Literal

_HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HIRAGANA = "\u3041-\u309f"
_KATAKANA = "\u30a1-\u30ff"
_RUNS = _HAN + _HIRAGANA + _KATAKANA
#: Punctuation of Chinese and Japanese, beside which a line may break anywhere.
_PUNCTUATION = "\u3001-\u3004\u3008-\u3030\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
_LETTER = rf"[^\W{_RUNS}]"

#: A run of one script, a word or number with the punctuation inside it, or one character.
_WORD = re.compile(rf"[{_HAN}]+|[{_HIRAGANA}]+|[{_KATAKANA}]+|{_LETTER}+(?:[-.,:/@'’+]+{_LETTER}+)*|\S")
#: A line break of the layout, not of the text.
_BREAK = re.compile(rf"(?<=[{_RUNS}{_PUNCTUATION}])\s*[\r\n]+\s*(?=[{_RUNS}{_PUNCTUATION}])")
_ALL_RUNS = re.compile(rf"[{_RUNS}]+")

#: Number of unchanged words before and after a change.
_CONTEXT_WORDS = 5


@dataclass(frozen=True, slots=True)
class Word:
    """A word; ``spaced`` if a space precedes it."""

    text: str
    spaced: bool


@dataclass(frozen=True, slots=True)
class Segment:
    """Words that occur in both texts (``same``), only before (``gone``) or only now (``added``)."""

    kind: Literal["same", "gone", "added"]
    text: str


#: One changed place with a few words around it.
Change = tuple[Segment, ...]


def split_words(text: str) -> list[Word]:
    """Split ``text`` into words."""
    joined = _BREAK.sub("", text)
    return [Word(match[0], joined[match.start() - 1 : match.start()].isspace()) for match in _WORD.finditer(joined)]


def similarity(before: str, after: str) -> float:
    """Return the share of words that two texts have in common, from 0 to 1."""
    if before == after:
        return 1.0
    return _matcher(split_words(before), split_words(after)).ratio()


def find_changes(before: str, after: str) -> tuple[Change, ...]:
    """Return each place where the words differ."""
    old, new = split_words(before), split_words(after)
    groups = _matcher(old, new).get_grouped_opcodes(_CONTEXT_WORDS)
    return tuple(tuple(_segments(old, new, group)) for group in groups)


def count_words(changes: Sequence[Change], kind: Literal["gone", "added"]) -> int:
    """Count the words in the segments of ``kind``."""
    return sum(len(split_words(segment.text)) for change in changes for segment in change if segment.kind == kind)


def _matcher(old: Sequence[Word], new: Sequence[Word]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, [word.text for word in old], [word.text for word in new], autojunk=False)


def _segments(
    old: Sequence[Word], new: Sequence[Word], group: Sequence[tuple[str, int, int, int, int]]
) -> Iterator[Segment]:
    for tag, old_start, old_end, new_start, new_end in group:
        gone, added = _join(old[old_start:old_end]), _join(new[new_start:new_end])
        if tag == "equal":
            yield Segment("same", added)
        else:
            yield from _narrow(gone, added)


def _join(words: Sequence[Word]) -> str:
    return "".join(f"{' ' if word.spaced else ''}{word.text}" for word in words)


def _narrow(gone: str, added: str) -> Iterator[Segment]:
    """Split off the characters that both texts share at their ends, if runs of characters count as words."""
    start = end = 0
    if _ALL_RUNS.fullmatch(gone.strip()) and _ALL_RUNS.fullmatch(added.strip()):
        start = _common_prefix(gone, added)
        end = _common_prefix(gone[start:][::-1], added[start:][::-1])
    segments = (
        Segment("same", added[:start]),
        Segment("gone", gone[start : len(gone) - end]),
        Segment("added", added[start : len(added) - end]),
        Segment("same", added[len(added) - end :]),
    )
    # A space alone is no change of a word.
    yield from (each for each in segments if each.text.strip() or (each.text and each.kind == "same"))


def _common_prefix(one: str, other: str) -> int:
    """Return the length of the common prefix."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
