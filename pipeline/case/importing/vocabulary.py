"""The words of tables that stand for values of a case: 男 is male. ``case/data/vocabulary.json`` has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pipeline.case.importing.cells import comparable
from pipeline.case.importing.field_types import FieldType
from pipeline.formats.messages import Words
from pipeline.language import LANGUAGES
from pipeline.resources import read_data

#: Between the languages of a word in the workbook to fill in.
JOINT = " / "
_PROVINCE = "common/$defs/province"
_PROVINCE_ENDS = ("省", "市", "自治区", "行政区")


def translate(field: FieldType, word: str) -> Any:
    """Return the value for which a word stands in a field, or None if it is not known.

    An address begins with its province: 江苏省南京市 is in 江苏. Without 省 or 市 it could be a place of the same name.
    """
    known = _meanings(field)
    value = known.get(_key(word))
    if value is None and _PROVINCE in field.places:
        beginnings = [each for each in known if each.endswith(_PROVINCE_ENDS) and _key(word).startswith(each)]
        value = known[max(beginnings, key=len)] if beginnings else None
    return value


def choices(field: FieldType) -> list[str]:
    """Return a word in all languages for each known value of a field."""
    return [_joined(entry) for entry in _entries(field)]


def joined_word(field: FieldType, value: Any) -> Any:
    """Return the word for a value in all languages, as in a list of choices; the value itself if it has none."""
    return next((_joined(each) for each in _entries(field) if _value(each) == value), value)


def word_for(field: FieldType, value: str) -> Words:
    """Return the word for a value of a field in each language."""
    entry = next(each for each in _entries(field) if each["value"] == value)
    return {language: entry[language] for language in LANGUAGES}


@cache
def absent_words() -> Sequence[str]:
    """Return the words that say that there is nothing."""
    words: Sequence[str] = read_data("vocabulary", "case")["absent"]
    return words


def is_absent(value: object, words: Sequence[str]) -> bool:
    """Return True if a cell contains one of the words that say that there is nothing."""
    return _key(value) in map(_key, words)


def _meanings(field: FieldType) -> Mapping[str, Any]:
    return _table()[1].get(_place(field), {})


def _entries(field: FieldType) -> Sequence[Mapping[str, Any]]:
    return _table()[0].get(_place(field), ())


def _place(field: FieldType) -> str:
    """Return the place in the schemas by which the words of a field are stored."""
    known = _table()[0]
    return next((place for place in field.places if place in known), field.shape)


@cache
def _table() -> tuple[Mapping[str, Sequence[Mapping[str, Any]]], Mapping[str, Mapping[str, Any]]]:
    """Return the entries, and the value of each of their words, by place."""
    entries = {
        place: group["entries"] for group in read_data("vocabulary", "case")["words"] for place in group["places"]
    }
    return entries, {place: dict(_words(group)) for place, group in entries.items()}


def _words(entries: Sequence[Mapping[str, Any]]) -> list[tuple[str, Any]]:
    return [(_key(word), _value(entry)) for entry in entries for word in words_of(entry)]


def words_of(entry: Mapping[str, Any]) -> list[str]:
    """Return all words of an entry: those of the languages, others, all languages in one, and the value itself.

    An ambiguous word means another thing in another language: 娘 is a daughter in Japanese, a mother in Chinese.
    """
    value = entry.get("value")
    words = [*(entry[language] for language in LANGUAGES), *entry.get("also", ()), _joined(entry)]
    words += [value] if isinstance(value, str) else []
    return [word for word in words if word not in entry.get("ambiguous", ())]


def _value(entry: Mapping[str, Any]) -> Any:
    return entry.get("value", {language: entry[language] for language in ("ja", "en", "zh")})


def _joined(entry: Mapping[str, Any]) -> str:
    return JOINT.join(dict.fromkeys(str(entry[language]) for language in ("zh", "ja", "en")))


def _key(word: object) -> str:
    return comparable(word).casefold()
