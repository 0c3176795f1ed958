"""Findings in the rows of a page: each text is stored once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import Any

from pipeline.errors import Problem
from pipeline.language import Language
from pipeline.visa.rules.catalogue import all_rules

#: Beyond this number, texts are repeated in each row, so that memory does not grow with the number of cases.
_MOST_TEXTS = 4_000


class Texts:
    """Texts of several rows, each stored once; a row refers to a text by its number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def refer(self, text: str) -> int | str:
        """Return the number of ``text``, or the text itself if there are too many."""
        number = self._numbers.get(text)
        if number is None:
            if len(self._numbers) >= _MOST_TEXTS:
                return text
            number = self._numbers[text] = len(self._numbers)
        return number

    @property
    def all(self) -> list[str]:
        """The texts in the order of their numbers."""
        return list(self._numbers)


class FindingRows:
    """Makes the findings of rows, and collects their texts and rules."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self.texts = Texts()
        self._codes: set[str] = set()

    def rows(self, problems: Iterable[Problem]) -> list[list[Any]]:
        """Return the findings of one case."""
        return [self._row(problem.in_language(self._language)) for problem in problems]

    @property
    def rules(self) -> dict[str, dict[str, str]]:
        """Title and source of each rule in the findings."""
        known = all_rules()
        return {
            code: {
                "title": known[code].texts[self._language].title,
                "source": known[code].source,
                "as_of": known[code].as_of,
            }
            for code in sorted(self._codes & known.keys())
        }

    def _row(self, problem: Problem) -> list[Any]:
        self._codes.add(problem.code)
        message, hint = self.texts.refer(problem.located_message), self.texts.refer(problem.hint)
        return [problem.code, problem.severity, message, hint, _place(problem), problem.line, problem.column]


def _place(problem: Problem) -> str | None:
    """The JSON pointer into the case, or the name of the Word template of the finding."""
    if problem.pointer is None and PurePath(problem.file or "").suffix == ".docx":
        return Path(problem.file or "").name
    return problem.pointer
