"""Finds the values of an example case in a letter, and puts the tags that print them in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lxml import etree

from pipeline.case.people import PersonName
from pipeline.documents.filters import date_en, date_ja, date_reiwa, date_zh, surname_first
from pipeline.formats.word.text import W, paragraph_of
from pipeline.formats.word.word_places import Part

#: Shorter values stand in a letter by chance.
_SHORTEST = 3
#: The first of the private characters that stand for tags.
_FIRST_MARK = 0xF0000
_DATES: Mapping[str, Callable[[date], str]] = {
    "date_reiwa": date_reiwa,
    "date_ja": date_ja,
    "date_zh": date_zh,
    "date_en": date_en,
}
#: Names that a letter prints under another one: the applicant is the patient or a companion.
_ALIASES = {"applicant", "home", "answers", "timeline", "stays", "days_of_stay", "as_of", "filing", "jpets"}


@dataclass(frozen=True, slots=True)
class TagProposal:
    """A tag that stands in a letter now, in place of a value of the case, and where."""

    tag: str
    place: str


def printed_values(names: Mapping[str, Any]) -> dict[str, str]:
    """Return the tag of every text, day and name that a letter may print, by the text that it prints; longest first."""
    found: dict[str, str] = {}
    for name, value in names.items():
        if name not in _ALIASES:
            for text, tag in _values(name, value):
                if len(text.strip()) >= _SHORTEST:
                    found.setdefault(text, f"{{{{ {tag} }}}}")
    return dict(sorted(found.items(), key=lambda one: -len(one[0])))


def _values(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield value, path
    elif isinstance(value, date):
        for name, write in _DATES.items():
            if name != "date_reiwa" or value.year > 2019:  # noqa: PLR2004 - the era began in this year
                yield write(value), f"{path}|{name}"
    elif isinstance(value, PersonName):
        yield surname_first(value), f"{path}|surname_first"
        yield value.chinese, f"{path}.chinese"
    elif hasattr(value, "__struct_fields__"):
        for field in value.__struct_fields__:
            yield from _values(f"{path}.{field}", getattr(value, field))


def replace_values(part: Part, tags: Mapping[str, str]) -> list[TagProposal]:
    """Put the tags into the paragraphs of a part in place of the texts that they print."""
    found: list[TagProposal] = []
    for paragraph in part.paragraphs:
        place = f"{part.label}, {paragraph.cell or f'paragraph {paragraph.number}'}"
        texts = [text for text in paragraph.element.iter(f"{W}t") if paragraph_of(text) is paragraph.element]
        used: dict[str, str] = {}  # a character for each tag first, as a tag may have the words of another value
        for text, tag in tags.items():
            while (start := "".join(piece.text or "" for piece in texts).find(text)) >= 0:
                mark = chr(_FIRST_MARK + len(used))
                used[mark] = tag
                _replace(texts, start, len(text), mark)
        for piece in texts:
            words = piece.text or ""
            found += [TagProposal(used[character], place) for character in words if character in used]
            piece.text = "".join(used.get(character, character) for character in words)
    return found


def _replace(texts: list[etree._Element], start: int, length: int, mark: str) -> None:
    """Replace characters that may be divided over several runs: the mark is in the first of them."""
    position, end, new = 0, start + length, mark
    for piece in texts:
        own = piece.text or ""
        first, last = max(start - position, 0), min(end - position, len(own))
        if first < last:
            piece.text = own[:first] + new + own[last:]
            piece.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            new = ""
        position += len(own)
