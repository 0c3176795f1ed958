"""Words for the codes of the program, in three languages (pipeline/visa/data/labels.json)."""

from __future__ import annotations

from pipeline.language import Language
from pipeline.resources import read_data


def label(code: str, table: str, language: Language) -> str:
    """Return the word for ``code`` in ``table``."""
    text: str = read_data("labels")[table][code][language]
    return text
