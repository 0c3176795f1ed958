"""The languages of findings, the language of the user's locale, and words in a list or with a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Language = Literal["en", "ja", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
#: Between the words of a list.
SEPARATORS: Mapping[Language, str] = {"en": ", ", "ja": "、", "zh": "、"}

#: Environment variables for the language in order of precedence, as in gettext.
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def language_of(environment: Mapping[str, str]) -> Language:
    """Return the language of the locale in ``environment``, or English if it is not supported."""
    wanted = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    for locale in wanted.split(":"):
        for language in LANGUAGES:
            if locale.replace("-", "_").partition(".")[0].partition("_")[0].lower() == language:
                return language
    return "en"


def format_count(number: int, noun: str) -> str:
    """Return a number with its noun in English, such as "1 note" or "2 notes"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
