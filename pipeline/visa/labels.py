"""Words for the codes of the program, in three languages (pipeline/visa/data/labels.json)."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.case.base import Trilingual
from pipeline.language import Language
from pipeline.resources import read_data

#: Between a word and what it is about.
COLONS: Mapping[Language, str] = {"en": ": ", "ja": "：", "zh": "："}


def label(code: str, table: str, language: Language) -> str:
    """Return the word for ``code`` in ``table``."""
    text: str = read_data("labels")[table][code][language]
    return text


def trilingual(table: str, code: str) -> Trilingual:
    """Return the word for ``code`` in ``table`` in each language."""
    return Trilingual(**read_data("labels")[table][code])


def describe_state(state: str, language: Language) -> str:
    """Return the state of a packet with its meaning: ``ready to file: complete, and …``."""
    return f"{label(state, 'state', language)}{COLONS[language]}{label(state, 'state_meaning', language)}"
