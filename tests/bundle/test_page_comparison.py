"""The finished bundle is compared with the supplied papers, page by page and in colour."""

from __future__ import annotations

import pytest

from pipeline.attachments.messages import ReaderAnswer, Request
from pipeline.attachments.reader_tasks import run_task
from pipeline.bundle.merge import merge
from pipeline.bundle.merge_client import MergeError, merge_limited
from pipeline.bundle.merge_messages import MergeRequest
from pipeline.bundle.page_comparison import DifferentPageError
from pipeline.bundle.piece import Piece
from tests.support.attachments import contents_seen_by_one, page_text, pdf_of
from tests.support.reading import read, refused

TEXT = page_text("Balance 1,234.56")
FULL = b"0.9 0.9 1 rg 0 0 2000 2000 re f 0 0 1 rg 0 0 40 40 re f "
#: Two colours of the same grey.
BLUE, RED = b" 0 0 1 rg 100 300 200 200 re f", b" 0.38 0 0 rg 100 300 200 200 re f"


def merged(supplied: bytes, shown: bytes) -> None:
    """Merge ``shown`` as what was made of ``supplied``."""
    pictures = read(supplied).pictures
    merge([Piece("paper", "paper", read(shown).pdf, 1, pictures=pictures)], "t", "ja", "case-1")


@pytest.mark.parametrize("content", [TEXT, FULL + TEXT], ids=["with room for its number", "shrunk for its number"])
@pytest.mark.parametrize("size", [(595, 842), (842, 595), (1190, 1684), (300, 200), (595, 1400)])
@pytest.mark.parametrize("turned", [0, 90])
def test_a_paper_looks_as_before(content: bytes, size: tuple[int, int], turned: int) -> None:
    paper = pdf_of(content, content + BLUE, size=size, Rotate=turned)
    merged(paper, paper)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(TEXT + RED, id="another colour of the same grey"),
        pytest.param(TEXT, id="something is lost"),
        pytest.param(TEXT + BLUE + b" 1 0.8 0.2 rg 320 600 6 6 re f", id="something small is added"),
        pytest.param(TEXT + b" 0 0 1 rg 100 320 200 200 re f", id="something is shifted"),
    ],
)
def test_a_page_that_looks_different_is_found(other: bytes) -> None:
    with pytest.raises(DifferentPageError) as error:
        merged(pdf_of(TEXT, TEXT + BLUE), pdf_of(TEXT, other))
    assert (error.value.piece, error.value.page) == ("paper", 2)


def test_paper_and_page_are_named() -> None:
    blue, red = (read(pdf_of(TEXT + colour)) for colour in (BLUE, RED))
    pieces = (Piece("a", "a", blue.pdf, 1, pictures=blue.pictures), Piece("b", "b", red.pdf, 2, pictures=blue.pictures))
    with pytest.raises(MergeError) as error:
        merge_limited([MergeRequest(pieces, "t", "ja", "case-1")])
    assert (error.value.failure.code, error.value.failure.piece) == ("attachment-disagreement", "b")
    assert error.value.failure.parts == {"page": 1}


def test_what_is_lost_where_the_number_is_printed_is_found() -> None:
    """The clean page is empty there, so that is where its number goes."""
    with pytest.raises(DifferentPageError):
        merged(pdf_of(TEXT + b" 0 0 0 rg 530 20 12 5 re f"), pdf_of(TEXT))


def test_a_build_compares_the_pages_only_here() -> None:
    """What only one reader sees is lost on the clean page, and found in the bundle."""
    _, masked = contents_seen_by_one()
    assert "picture of page 1" in refused(masked).message
    later = run_task(Request(masked, drawn_later=True))
    assert isinstance(later, ReaderAnswer)
    with pytest.raises(DifferentPageError):
        merge([Piece("paper", "paper", later.pdf, 1, pictures=later.pictures)], "t", "ja", "case-1")
