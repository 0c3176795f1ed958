"""Compare two versions of the documents of a case, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.authoring.preview.page_images import RenderedDocument, RenderedPage
from pipeline.authoring.preview.pixel_diff import Marks, mark_differences
from pipeline.authoring.preview.word_diff import Change, count_words, find_changes, similarity, split_words
from pipeline.case.base import Trilingual

DiffState = Literal["same", "changed", "added", "gone"]

#: Pages with less in common than this are different pages, not two versions of one page.
_LEAST_SIMILARITY = 0.3


@dataclass(frozen=True, slots=True)
class PagePair:
    """One page in both versions. One version is None if the page was added or removed, or nothing is compared."""

    before: RenderedPage | None
    after: RenderedPage | None
    state: DiffState | None = None
    changes: tuple[Change, ...] = ()
    marks: Marks | None = None

    @property
    def words_added(self) -> int:
        """Number of words that only the current version has."""
        if self.state == "added" and self.after:
            return len(split_words(self.after.text))
        return count_words(self.changes, "added")

    @property
    def words_gone(self) -> int:
        """Number of words that only the earlier version has."""
        if self.state == "gone" and self.before:
            return len(split_words(self.before.text))
        return count_words(self.changes, "gone")


@dataclass(frozen=True, slots=True)
class DocumentDiff:
    """One document with its page pairs; ``state`` is None if nothing is compared."""

    id: str
    title: Trilingual
    pages: tuple[PagePair, ...]
    state: DiffState | None = None

    def count_pages(self, state: DiffState) -> int:
        """Count the pages in ``state``."""
        return sum(page.state == state for page in self.pages)


def skip_comparison(document: RenderedDocument) -> DocumentDiff:
    """Return the pages of ``document`` without another version beside them."""
    return DocumentDiff(document.id, document.title, tuple(PagePair(None, page) for page in document.pages))


def compare(before: Sequence[RenderedDocument], after: Sequence[RenderedDocument]) -> list[DocumentDiff]:
    """Compare the documents in their current order; removed documents come last."""
    earlier = {document.id: document for document in before}
    current = {document.id for document in after}
    diffs = [_compare_document(earlier.get(document.id), document) for document in after]
    for document in before:
        if document.id not in current:
            pages = tuple(PagePair(page, None, "gone") for page in document.pages)
            diffs.append(DocumentDiff(document.id, document.title, pages, "gone"))
    return diffs


def _compare_document(before: RenderedDocument | None, after: RenderedDocument) -> DocumentDiff:
    if before is None:
        pages = tuple(PagePair(None, page, "added") for page in after.pages)
        return DocumentDiff(after.id, after.title, pages, "added")
    pages = tuple(_compare_page(*pair) for pair in _align(before.pages, after.pages))
    state: DiffState = "same" if all(page.state == "same" for page in pages) else "changed"
    return DocumentDiff(after.id, after.title, pages, state)


def _compare_page(before: RenderedPage | None, after: RenderedPage | None) -> PagePair:
    if before is None or after is None:
        return PagePair(before, after, "added" if before is None else "gone")
    changes = find_changes(before.text, after.text)
    marks = mark_differences(before.picture, after.picture)
    return PagePair(before, after, "changed" if changes or marks else "same", changes, marks)


def _align(
    before: Sequence[RenderedPage], after: Sequence[RenderedPage]
) -> Iterator[tuple[RenderedPage | None, RenderedPage | None]]:
    """Pair the pages in order so that the pairs are as similar as possible in total."""
    if len(before) == len(after):
        yield from zip(before, after, strict=True)
        return
    best = _best_totals([[similarity(old.text, new.text) for new in after] for old in before])
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


def _best_totals(similarities: Sequence[Sequence[float]]) -> list[list[float]]:
    """For each pair of positions, return the highest total similarity of the pages from that position on."""
    rows, columns = len(similarities), len(similarities[0])
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for row in reversed(range(rows)):
        for column in reversed(range(columns)):
            value = similarities[row][column]
            paired = best[row + 1][column + 1] + value if value >= _LEAST_SIMILARITY else 0.0
            best[row][column] = max(best[row + 1][column], best[row][column + 1], paired)
    return best
