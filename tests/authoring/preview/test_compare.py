from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from pipeline.authoring.preview.compare import DocumentDiff, compare, skip_comparison
from pipeline.authoring.preview.page_images import RenderedDocument, RenderedPage
from pipeline.case.base import Trilingual

TITLE = Trilingual("手紙", "Letter", "信件")
STORY = "In the beginning there was a page of many words, which nobody would take for another one. "


def page(text: str) -> RenderedPage:
    """A page that looks as its text says."""
    picture = Image.new("L", (300, 60), "white")
    ImageDraw.Draw(picture).text((5, 5), text[:60])
    return RenderedPage(picture, text)


def document(*texts: str, name: str = "letter") -> RenderedDocument:
    return RenderedDocument(name, TITLE, tuple(map(page, texts)))


def compared(before: list[str], after: list[str]) -> DocumentDiff:
    [shown] = compare([document(*before)], [document(*after)])
    return shown


def states(shown: DocumentDiff) -> list[str | None]:
    return [pair.state for pair in shown.pages]


def test_without_another_version_nothing_has_a_state() -> None:
    shown = skip_comparison(document("one", "two"))
    assert (shown.state, states(shown)) == (None, [None, None])
    assert [pair.words_added + pair.words_gone for pair in shown.pages] == [0, 0]


def test_the_same_document_is_the_same() -> None:
    shown = compared(["one", "two"], ["one", "two"])
    assert (shown.state, states(shown)) == ("same", ["same", "same"])
    assert all(pair.marks is None and not pair.changes for pair in shown.pages)


def test_a_changed_page_has_words_and_marks() -> None:
    shown = compared(["one", "a b c"], ["one", "a 2 3 c"])
    assert (shown.state, states(shown)) == ("changed", ["same", "changed"])
    pair = shown.pages[1]
    assert (pair.words_gone, pair.words_added) == (1, 2)
    assert pair.marks is not None


def test_a_page_may_change_in_its_looks_alone() -> None:
    before, after = RenderedPage(Image.new("L", (9, 9), 255), "one"), RenderedPage(Image.new("L", (9, 9), 0), "one")
    [shown] = compare([RenderedDocument("letter", TITLE, (before,))], [RenderedDocument("letter", TITLE, (after,))])
    assert states(shown) == ["changed"]
    assert (shown.pages[0].words_gone, shown.pages[0].words_added) == (0, 0)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (["one"], ["one", "two"], ["same", "added"]),
        (["two"], ["one", "two"], ["added", "same"]),
        (["one", "two", "three"], ["one", "three"], ["same", "gone", "same"]),
        ([STORY + "one", "two"], ["new", STORY + "1", "two"], ["added", "changed", "same"]),
        (["one", "two"], ["three"], ["gone", "gone", "added"]),
        (["", "one"], ["one"], ["gone", "same"]),
    ],
)
def test_pages_are_known_again_by_their_words(before: list[str], after: list[str], expected: list[str]) -> None:
    assert states(compared(before, after)) == expected


def test_documents_new_and_gone() -> None:
    before = [document("a b", name="former"), document("one", name="letter")]
    after = [document("one", name="letter"), document("c d e", name="latest")]
    shown = compare(before, after)
    assert [(each.id, each.state) for each in shown] == [("letter", "same"), ("latest", "added"), ("former", "gone")]
    assert [each.pages[0].words_added for each in shown] == [0, 3, 0]
    assert [each.pages[0].words_gone for each in shown] == [0, 0, 2]
    assert shown[2].count_pages("gone") == 1
