"""What changed between two texts, as words. Japanese and Chinese have no spaces: runs of one script stand for words."""

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
#: Signs of Chinese and Japanese print, beside which a line may break anywhere.
_SIGNS = "\u3001-\u3004\u3008-\u3030\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
_LETTER = rf"[^\W{_RUNS}]"

#: A run of one script, a word or number with what may stand inside it, or one sign.
_WORD = re.compile(rf"[{_HAN}]+|[{_HIRAGANA}]+|[{_KATAKANA}]+|{_LETTER}+(?:[-.,:/@'’+]+{_LETTER}+)*|\S")
#: A line break that the layout made, not the writer.
_BREAK = re.compile(rf"(?<=[{_RUNS}{_SIGNS}])\s*[\r\n]+\s*(?=[{_RUNS}{_SIGNS}])")
_ALL_RUNS = re.compile(rf"[{_RUNS}]+")

#: Words that are shown before and after a change.
_AROUND = 5


@dataclass(frozen=True, slots=True)
class Word:
    """A word, and whether a space stands before it."""

    text: str
    spaced: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of words that both texts have, or only the one before, or only the one now."""

    kind: Literal["same", "gone", "added"]
    text: str


#: One place of change with a few words around it.
Change = tuple[Piece, ...]


def split(text: str) -> list[Word]:
    """The words of ``text``."""
    joined = _BREAK.sub("", text)
    return [Word(match[0], joined[match.start() - 1 : match.start()].isspace()) for match in _WORD.finditer(joined)]


def likeness(before: str, after: str) -> float:
    """How much two texts have in common: 0 nothing, 1 all."""
    if before == after:
        return 1.0
    return _matcher(split(before), split(after)).ratio()


def changes(before: str, after: str) -> tuple[Change, ...]:
    """Each place where the words differ."""
    old, new = split(before), split(after)
    groups = _matcher(old, new).get_grouped_opcodes(_AROUND)
    return tuple(tuple(_pieces(old, new, group)) for group in groups)


def count(found: Sequence[Change], kind: Literal["gone", "added"]) -> int:
    """Number of words in the pieces of that kind."""
    return sum(len(split(piece.text)) for change in found for piece in change if piece.kind == kind)


def _matcher(old: Sequence[Word], new: Sequence[Word]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, [word.text for word in old], [word.text for word in new], autojunk=False)


def _pieces(
    old: Sequence[Word], new: Sequence[Word], group: Sequence[tuple[str, int, int, int, int]]
) -> Iterator[Piece]:
    for tag, old_start, old_end, new_start, new_end in group:
        gone, added = _text(old[old_start:old_end]), _text(new[new_start:new_end])
        if tag == "equal":
            yield Piece("same", added)
        else:
            yield from _narrowed(gone, added)


def _narrowed(gone: str, added: str) -> Iterator[Piece]:
    """A change without the characters that both ends share, where runs of characters stand for words."""
    start = end = 0
    if _ALL_RUNS.fullmatch(gone.strip()) and _ALL_RUNS.fullmatch(added.strip()):
        start = _in_common(gone, added)
        end = _in_common(gone[start:][::-1], added[start:][::-1])
    pieces = (
        Piece("same", added[:start]),
        Piece("gone", gone[start : len(gone) - end]),
        Piece("added", added[start : len(added) - end]),
        Piece("same", added[len(added) - end :]),
    )
    yield from (piece for piece in pieces if piece.text)


def _in_common(one: str, other: str) -> int:
    """Number of characters with which both begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _text(words: Sequence[Word]) -> str:
    return "".join(f"{' ' if word.spaced else ''}{word.text}" for word in words)
