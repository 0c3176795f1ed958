"""The languages in which rules are told, and which of them a person's locale asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypedDict, get_args

Language = Literal["en", "ja", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

#: The variables that say it, the strongest first; as in gettext, the first that is set decides.
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


class Words(TypedDict):
    """A text of the program's own data in three languages."""

    ja: str
    en: str
    zh: str


def language_of(environment: Mapping[str, str]) -> Language:
    """Language of the locale in ``environment``; English when it names none of ours."""
    wanted = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    for locale in wanted.split(":"):
        for language in LANGUAGES:
            if locale.replace("-", "_").partition(".")[0].partition("_")[0].lower() == language:
                return language
    return "en"
