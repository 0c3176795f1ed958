"""The messages in three languages: of each room from its ``data/messages.json``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pipeline.errors import Problem
from pipeline.language import LANGUAGES, Language
from pipeline.resources import read_data

#: A text in every language.
Words = Mapping[Language, str]


def worded_problem(key: str, hint: Words | None = None, /, *, room: str = "formats", **args: Any) -> Problem:
    """Return an error with its texts in every language, from the table of a room of ``pipeline/``.

    ``key`` names the entry: a code, or a code, a slash and one of its cases. ``args`` fill its texts; one that differs
    by language is a mapping. ``hint`` replaces that of the entry.
    """
    entry = _table(room)[key]
    messages, hints = _fill(entry["message"], args), hint or _fill(entry["hint"], args)
    texts = {language: (messages[language], hints[language]) for language in LANGUAGES}
    cli_hints = _fill(entry["cli"], args) if "cli" in entry else {}
    return Problem(
        key.partition("/")[0],
        "error",
        *texts["en"],
        translations=texts,
        cli_hint=cli_hints.get("en", ""),
        cli_hints=cli_hints,
    )


def has_message(key: str, room: str = "formats") -> bool:
    """Return True if the table of a room has an entry of this name."""
    return key in _table(room)


def prefixed(problem: Problem, prefix: Words) -> Problem:
    """Return a problem with words before its message, in every language."""
    texts = {language: (prefix[language] + message, hint) for language, (message, hint) in problem.translations.items()}
    return replace(problem, message=prefix["en"] + problem.message, translations=texts)


def has_words(group: str, name: str, room: str) -> bool:
    """Return True if a group of words of a room has an entry of this name."""
    return name in _table(room)["words"][group]


def words(group: str, name: str, /, *, room: str = "formats", **args: object) -> Words:
    """Return an entry of a group of words of a room, such as a type of JSON, filled with ``args``."""
    return _fill(_table(room)["words"][group][name], args)


def either(group: str, names: Iterable[str]) -> Words:
    """Return entries of a group of words as alternatives: "a number or null"."""
    found = [words(group, name) for name in names]
    joints = words("joints", "or")
    return {language: joints[language].join(each[language] for each in found) for language in LANGUAGES}


def _table(room: str = "formats") -> Mapping[str, Any]:
    table: Mapping[str, Any] = read_data("messages", room)
    return table


def _fill(texts: Words, args: Mapping[str, object]) -> Words:
    return {language: texts[language].format_map(_args_in(language, args)) for language in LANGUAGES}


def _args_in(language: Language, args: Mapping[str, object]) -> dict[str, object]:
    return {name: each[language] if isinstance(each, Mapping) else each for name, each in args.items()}
