"""Both engines draw every document of the examples alike: its pages, its words in order, the picture of each page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from pipeline.documents.engines.engine import load_engine
from pipeline.formats.pdf.reading import page_count, text_of
from tests.support.cases import GOOD_EXAMPLES
from tests.support.pages import ink, keep, pictures, similarity
from tests.support.shared import Shared
from tests.support.tools import needs_libreoffice

#: Structural similarity, of the page and of the worst of 48 tiles. The examples reach 0.90 and 0.50 at least: the
#: engines set a line up to two points higher or lower, space digits and Chinese characters a little differently, and
#: LibreOffice makes the cells with seal places taller. Half a page that is moved by half a line gives 0.80 and 0.
WHOLE_PAGE = 0.88
WORST_TILE = 0.42
#: Difference of ink in the worst twelfth of the page, of 256 greys. The examples reach 1.2 at most; a table that is
#: missing gives 7, the labels at the left of one without their shading 4.
INK = 2.0

Documents = dict[str, tuple[bytes, bytes]]


#: One has every document of the shipped set; `make soak` compares the others too.
EXAMPLES = ["sun-yifan", *(pytest.param(name, marks=pytest.mark.soak) for name in GOOD_EXAMPLES if name != "sun-yifan")]


@pytest.fixture(params=EXAMPLES)
def documents(request: pytest.FixtureRequest, packet_of: Callable[[str], Path], shared: Shared) -> Documents:
    """Each document of an example as both engines draw it, LibreOffice in one start of the program."""
    folder = packet_of(request.param) / "documents"

    def draw(drawn: Path) -> None:
        drawn.mkdir()
        sources = sorted(folder.glob("*.docx"))
        pdfs = load_engine("libreoffice").convert_many([path.read_bytes() for path in sources])
        for source, pdf in zip(sources, pdfs, strict=True):
            (drawn / f"{source.stem}.pdf").write_bytes(pdf)

    first, second = _pdfs(folder), _pdfs(shared.folder(f"libreoffice-{request.param}", draw))
    assert set(first) == set(second)
    return {f"{request.param}/{name}": (first[name], second[name]) for name in first}


def _pdfs(folder: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in sorted(folder.glob("*.pdf"))}


@needs_libreoffice
class TestParity:
    """Compared document by document."""

    def test_page_counts(self, documents: Documents) -> None:
        counts = {name: (page_count(first), page_count(second)) for name, (first, second) in documents.items()}
        assert {name: both for name, both in counts.items() if both[0] != both[1]} == {}

    def test_words(self, documents: Documents) -> None:
        for name, (first, second) in documents.items():
            assert text_of(first) == text_of(second), name

    def test_pictures(self, documents: Documents) -> None:
        differing = []
        for name, both in documents.items():
            for page, (first, second) in enumerate(zip(*map(pictures, both), strict=True), start=1):
                whole, worst = similarity(first, second)
                grey = ink(first, second)
                if whole < WHOLE_PAGE or worst < WORST_TILE or grey > INK:
                    one, other = (pictures(pdf, dpi=100)[page - 1] for pdf in both)
                    kept = keep(f"parity-{name.replace('/', '-')}-{page}", one, other)
                    differing.append(
                        f"{name} page {page}: {whole:.3f}, worst tile {worst:.2f}, ink {grey:.1f}; see {kept}"
                    )
        assert not differing, "\n".join(differing)


class TestBounds:
    """The bounds are tight enough to find what matters, on a real page."""

    @pytest.fixture
    def page(self, packet: Path) -> Image.Image:
        [document] = (packet / "documents").glob("*-letter-of-guarantee.pdf")
        return pictures(document.read_bytes())[0]

    def test_a_page_is_like_itself(self, page: Image.Image) -> None:
        assert similarity(page, page) == pytest.approx((1.0, 1.0))

    def test_two_points_are_let_through(self, page: Image.Image) -> None:
        whole, worst = similarity(page, ImageChops.offset(page, 0, 1))
        assert whole > WHOLE_PAGE
        assert worst > WORST_TILE
        assert ink(page, ImageChops.offset(page, 0, 1)) < INK

    @pytest.mark.parametrize("pixels", [5, 7, 9])
    def test_half_a_page_that_moved_is_found(self, page: Image.Image, pixels: int) -> None:
        moved = page.copy()
        moved.paste(page.crop((0, 250, page.width, 500)), (0, 250 + pixels))
        whole, worst = similarity(page, moved)
        assert whole < WHOLE_PAGE
        assert worst < WORST_TILE

    @pytest.mark.parametrize("box", [(35, 90, 380, 170), (35, 380, 210, 470), (35, 200, 380, 260), (35, 90, 100, 160)])
    def test_a_missing_block_is_found(self, page: Image.Image, box: tuple[int, int, int, int]) -> None:
        without = page.copy()
        ImageDraw.Draw(without).rectangle(box, fill="white")
        assert ink(page, without) > INK

    def test_another_document_is_found(self, page: Image.Image, packet: Path) -> None:
        [other] = (packet / "documents").glob("*-invitation-letter.pdf")
        assert similarity(page, pictures(other.read_bytes())[0])[0] < WHOLE_PAGE

    def test_both_pictures_are_kept_with_their_difference(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: Image.Image
    ) -> None:
        monkeypatch.setattr("tests.support.pages.FAILURES", tmp_path / "failures")
        with Image.open(keep("one-2", page, page.rotate(180))) as kept:
            assert kept.size == (3 * page.width, page.height)
