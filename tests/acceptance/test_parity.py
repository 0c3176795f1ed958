"""The engines draw every document of the examples alike: its pages, its words in order, the picture of each page."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from pipeline.documents.engines.engine import DEFAULT_ENGINE, load_engine
from pipeline.documents.engines.typst.engine import Typst
from pipeline.formats.pdf.reading import page_count, read_pages, text_of
from tests.support.cases import GOOD_EXAMPLES
from tests.support.pages import Place, ink, keep, pictures, places, similarity
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
def example(request: pytest.FixtureRequest) -> str:
    return str(request.param)


Draw = Callable[[str], dict[str, bytes]]


@pytest.fixture
def drawn_by(example: str, packet_of: Callable[..., Path], shared: Shared) -> Draw:
    """Draw each document of an example with an engine, once for all tests: its packet's, or its Word files."""
    documents = packet_of(example) / "documents"

    def draw(engine: str) -> dict[str, bytes]:
        def convert(drawn: Path) -> None:
            drawn.mkdir()
            sources = sorted(documents.glob("*.docx"))
            pdfs = load_engine(engine).convert_many([path.read_bytes() for path in sources])
            for source, pdf in zip(sources, pdfs, strict=True):
                (drawn / f"{source.stem}.pdf").write_bytes(pdf)

        return _pdfs(documents if engine == DEFAULT_ENGINE else shared.folder(f"{engine}-{example}", convert))

    return draw


@pytest.fixture
def reference(drawn_by: Draw) -> dict[str, bytes]:
    """Each document of an example as LibreOffice draws it."""
    return drawn_by("libreoffice")


@pytest.fixture(params=[DEFAULT_ENGINE, pytest.param("office2pdf", marks=pytest.mark.soak)])
def documents(request: pytest.FixtureRequest, example: str, drawn_by: Draw, reference: dict[str, bytes]) -> Documents:
    """Each document of an example as an engine and LibreOffice draw it."""
    drawn = drawn_by(request.param)
    assert set(drawn) == set(reference)
    return {f"{example}-{request.param}/{name}": (drawn[name], reference[name]) for name in drawn}


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


#: Part of the characters of a document that may be elsewhere: the engines wrap some lines differently, and LibreOffice
#: makes the cells with seal places taller, which moves the end of the letter of guarantee.
_ELSEWHERE = 0.15


#: Part of the characters that may be elsewhere than with office2pdf: those of justified lines.
_JUSTIFIED = 0.03


def _opened(closed: list[Place], reference: list[Place]) -> list[Place]:
    """Return places of office2pdf with wide punctuation, which it closes up, as far apart as in LibreOffice."""
    result, before, shift = [], closed[0], 0.0
    for place, (one, other) in zip(closed, pairwise([reference[0], *reference]), strict=True):
        if (place.page, place.y) != (before.page, before.y):
            shift = 0.0
        elif _is_wide_mark(before.character) and _is_wide_mark(place.character) and one.y == other.y:
            shift += (other.x - one.x) - (place.x - before.x)
        result.append(place._replace(x=place.x + shift))
        before = place
    return result


def _is_wide_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("P") and unicodedata.east_asian_width(character) in {"W", "F"}


class TestTypst:
    """The engine typst against office2pdf, whose lines it breaks at nearly the same characters."""

    @pytest.fixture
    def both(self, drawn_by: Draw) -> Documents:
        first, second = map(drawn_by, ("office2pdf", "typst"))
        assert set(first) == set(second)
        return {name: (first[name], second[name]) for name in first}

    def test_pages_and_words(self, both: Documents) -> None:
        for name, (first, second) in both.items():
            assert (page_count(first), text_of(first)) == (page_count(second), text_of(second)), name

    @pytest.mark.soak
    @needs_libreoffice
    def test_places(self, both: Documents, reference: dict[str, bytes]) -> None:
        """Each character is on the same page and line, within 1.5 points across and 5 down."""
        for name, (first, second) in both.items():
            expected = _opened(places(first), places(reference[name]))
            listed = zip(expected, places(second), strict=True)
            far = [one for one, other in listed if abs(one.x - other.x) > 1.5 or abs(one.y - other.y) > 5]
            assert len(far) <= _JUSTIFIED * len(expected), f"{name}: {far[:9]}"

    @needs_libreoffice
    def test_heights(self, documents: Documents) -> None:
        """Lines are where LibreOffice draws them, within 1.5 points."""
        for name, both in documents.items():
            if "-typst/" in name:
                listed = [abs(one.y - other.y) for one, other in zip(*map(places, both), strict=True)]
                assert sum(distance > 1.5 for distance in listed) <= _ELSEWHERE * len(listed), name

    def test_a_filled_template_and_a_word_file_give_the_same_pages(
        self, example: str, packet_of: Callable[..., Path]
    ) -> None:
        """Another process made the packet from the templates, all at once; here its Word files are translated."""
        folder = packet_of(example, "typst") / "documents"
        for path in sorted(folder.glob("*.docx")):
            if "guide" not in path.name:  # has a picture, which is refused in a Word file
                alone, own = Typst().convert(path.read_bytes()), path.with_suffix(".pdf").read_bytes()
                assert read_pages(alone) == read_pages(own), path.name
                assert pictures(alone) == pictures(own), path.name


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
