"""Rows of the HTML report: the result of each case, without any value of the case except its id."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Any

from pipeline.bundle.manifest_rows import BundleRow
from pipeline.errors import Problem
from pipeline.language import Language
from pipeline.run.published_packet import PublishedPacket
from pipeline.run.task import TaskResult
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


class Rows:
    """Makes the rows of one run, and collects the rules in them. File names need ``names``: they may contain names."""

    def __init__(self, language: Language, *, names: bool) -> None:
        self._language = language
        self._names = names
        self.texts = Texts()
        self._codes: set[str] = set()

    def row(self, number: int, done: TaskResult) -> dict[str, Any]:
        """Return the row of the case number ``number`` of the run."""
        row = {
            "number": number,
            "id": done.case_id,
            "status": done.status,
            "exit": int(done.code),
            "seconds": round(done.seconds, 2),
            "findings": [self._finding(problem.in_language(self._language)) for problem in done.problems],
            **(self._packet(done.built) if done.built else {}),
            **({"former": [done.former.as_of.isoformat(), done.former.state]} if done.former else {}),
        }
        if self._names:
            row["file"] = done.name
            if done.patient is not None:
                row["name"] = [done.patient.surname_first, done.patient.chinese]
        return row

    @property
    def rules(self) -> dict[str, dict[str, str]]:
        """Title and source of each rule in the rows."""
        known = all_rules()
        return {
            code: {
                "title": known[code].texts[self._language].title,
                "source": known[code].source,
                "as_of": known[code].as_of,
            }
            for code in sorted(self._codes & known.keys())
        }

    def _packet(self, built: PublishedPacket) -> dict[str, Any]:
        manifest = built.manifest
        return {
            "state": manifest.state,
            "bundles": [self._bundle(bundle) for bundle in manifest.bundles],
            "apart": list(manifest.apart),
            "missing": [[paper.letter, paper.role, paper.person] for paper in manifest.missing],
        }

    def _bundle(self, bundle: BundleRow) -> list[Any]:
        parts = [[self.texts.refer(part.title), part.page, part.pages, int(part.unsigned)] for part in bundle.page_map]
        return [bundle.person if bundle.kind == "bundle" else bundle.kind, bundle.path, bundle.pages, parts]

    def _finding(self, problem: Problem) -> list[Any]:
        self._codes.add(problem.code)
        message, hint = self.texts.refer(problem.located_message), self.texts.refer(problem.hint)
        return [problem.code, problem.severity, message, hint, _place(problem), problem.line, problem.column]


def _place(problem: Problem) -> str | None:
    """The JSON pointer into the case, or the name of the Word template of the finding."""
    if problem.pointer is None and PurePath(problem.file or "").suffix == ".docx":
        return Path(problem.file or "").name
    return problem.pointer
