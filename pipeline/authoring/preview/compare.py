"""Two versions of the documents of a case, page by page: what is new, gone or changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.authoring.preview.page_images import Document, Page
from pipeline.authoring.preview.pixel_diff import Marks, mark
from pipeline.authoring.preview.word_diff import Change, changes, count, likeness, split
from pipeline.case.base import Trilingual

State = Literal["same", "changed", "added", "gone"]

#: Two pages of which less than this is alike are not the same page in two versions.
_LEAST_LIKENESS = 0.3


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page in both versions; only one of them when it was added or is gone, or when nothing is compared."""

    before: Page | None
    after: Page | None
    state: State | None = None
    changes: tuple[Change, ...] = ()
    marks: Marks | None = None

    @property
    def words_added(self) -> int:
        """Words that only the version of now has."""
        if self.state == "added" and self.after:
            return len(split(self.after.text))
        return count(self.changes, "added")

    @property
    def words_gone(self) -> int:
        """Words that only the version before had."""
        if self.state == "gone" and self.before:
            return len(split(self.before.text))
        return count(self.changes, "gone")


@dataclass(frozen=True, slots=True)
class Shown:
    """One document as it is shown: its sheets, and what became of it since the other version (None: not compared)."""

    id: str
    title: Trilingual
    sheets: tuple[Sheet, ...]
    state: State | None = None

    def sheets_that_are(self, state: State) -> int:
        """Number of sheets in that state."""
        return sum(sheet.state == state for sheet in self.sheets)


def not_compared(document: Document) -> Shown:
    """The document alone."""
    return Shown(document.id, document.title, tuple(Sheet(None, page) for page in document.pages))


def compare(before: Sequence[Document], after: Sequence[Document]) -> list[Shown]:
    """Each document in the order of now; those that are gone come last."""
    earlier = {document.id: document for document in before}
    now = {document.id for document in after}
    shown = [_compared(earlier.get(document.id), document) for document in after]
    return shown + [_gone(document) for document in before if document.id not in now]


def _gone(document: Document) -> Shown:
    sheets = tuple(Sheet(page, None, "gone") for page in document.pages)
    return Shown(document.id, document.title, sheets, "gone")


def _compared(before: Document | None, after: Document) -> Shown:
    if before is None:
        sheets = tuple(Sheet(None, page, "added") for page in after.pages)
        return Shown(after.id, after.title, sheets, "added")
    sheets = tuple(_sheet(*pair) for pair in _pairs(before.pages, after.pages))
    state: State = "same" if all(sheet.state == "same" for sheet in sheets) else "changed"
    return Shown(after.id, after.title, sheets, state)


def _sheet(before: Page | None, after: Page | None) -> Sheet:
    if before is None or after is None:
        return Sheet(before, after, "added" if before is None else "gone")
    found = changes(before.text, after.text)
    marks = mark(before.picture, after.picture)
    return Sheet(before, after, "changed" if found or marks else "same", found, marks)


def _pairs(before: Sequence[Page], after: Sequence[Page]) -> Iterator[tuple[Page | None, Page | None]]:
    """Which page became which, in order: as many of the pages that are most alike as possible."""
    if len(before) == len(after):
        yield from zip(before, after, strict=True)
        return
    alike = [[likeness(old.text, new.text) for new in after] for old in before]
    best = _best(alike)
    row, column = 0, 0
    while row < len(before) or column < len(after):
        total = best[row][column]
        if row < len(before) and total == best[row + 1][column]:
            yield before[row], None
            row += 1
        elif column < len(after) and total == best[row][column + 1]:
            yield None, after[column]
            column += 1
        else:
            yield before[row], after[column]
            row, column = row + 1, column + 1


def _best(alike: Sequence[Sequence[float]]) -> list[list[float]]:
    """For each pair of places, the most likeness that the pages from there on can have together."""
    rows, columns = len(alike), len(alike[0])
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for row in reversed(range(rows)):
        for column in reversed(range(columns)):
            likely = alike[row][column]
            paired = best[row + 1][column + 1] + likely if likely >= _LEAST_LIKENESS else 0.0
            best[row][column] = max(best[row + 1][column], best[row][column + 1], paired)
    return best
